export { Completion } from './completion.ts'
export type { EnrolmentRequired, FactorRequired, LoginRequest, SignedIn } from './outcome.ts'
export { enrolmentTime, type PendingLogin, pendingLifetime } from './pending.ts'
export type { PendingLoginStore } from './pending-store.ts'
export { Refusing } from './refusing.ts'
export {
  Login,
  type LoginOutcome,
  type LoginProblem,
  type LoginRefusal,
  type WaitingShown,
} from './service.ts'
export { Waiting, type WaitingLogin } from './waiting.ts'
