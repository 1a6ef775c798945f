export {
  Registration,
  type RegistrationOutcome,
  type RegistrationProblem,
  type RegistrationRefusal,
} from './service.ts'
