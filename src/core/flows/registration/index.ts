export {
  Registration,
  type RegistrationOutcome,
  type RegistrationProblem,
  type RegistrationRefusal,
  type RegistrationRequest,
} from './service.ts'
