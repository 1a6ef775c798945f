export {
  Login,
  type LoginOutcome,
  type LoginProblem,
  type LoginRefusal,
  type PasswordAttempt,
  type SignedIn,
} from './service.ts'
