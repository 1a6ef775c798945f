export type { SessionPolicy } from './policy.ts'
export {
  type Authenticated,
  type PresentedToken,
  Sessions,
  type StartedSession,
} from './service.ts'
export type { AuthenticationMethod, Session, SessionId } from './session.ts'
export type { SessionStore } from './store.ts'
