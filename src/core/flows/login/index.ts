export {
  Login,
  type LoginOutcome,
  type LoginProblem,
  type LoginRefusal,
} from './service.ts'
