export {
  Login,
  type LoginOutcome,
  type LoginProblem,
  type LoginRefusal,
  type SignedIn,
} from './service.ts'
