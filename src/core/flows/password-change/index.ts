export {
  PasswordChange,
  type PasswordChangeOutcome,
  type PasswordChangeProblem,
  type PasswordChangeRefusal,
} from './service.ts'
