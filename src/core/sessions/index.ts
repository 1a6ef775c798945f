export type { SessionPolicy } from './policy.ts'
export {
  type Authenticated,
  type PresentedToken,
  Sessions,
  type StartedSession,
} from './service.ts'
export type { AuthenticationMethod, Client, Session, SessionId } from './session.ts'
export type { InsertOptions, SessionStore } from './store.ts'
