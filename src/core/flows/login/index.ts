export { type PendingLogin, pendingLifetime } from './pending.ts'
export type { PendingLoginStore } from './pending-store.ts'
export {
  type FactorKind,
  type FactorRequired,
  type GivenFactor,
  Login,
  type LoginOutcome,
  type LoginProblem,
  type LoginRefusal,
} from './service.ts'
