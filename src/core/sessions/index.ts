export { CarriedByKind } from './by-kind.ts'
export type { PresentedToken, SessionCarrier, StartedSession } from './carrier.ts'
export type { Hearer, RevocationChannel } from './channel.ts'
export { type CacheCounts, type SessionCheck, SplitCheck, type Standings } from './check.ts'
export { Lease, type Moment } from './lease.ts'
export { isFull, type SessionPolicy, type Standing } from './policy.ts'
export { RememberedCheck, RememberedStandings } from './remembered.ts'
export type { Revocation, Revocations, Word } from './revocation.ts'
export { SealedSessions } from './sealed.ts'
export { type Authenticated, Sessions } from './service.ts'
export type { Client, Session, SessionId } from './session.ts'
export type {
  Ended,
  Inserted,
  InsertOptions,
  SessionStore,
  Use,
} from './store.ts'
export { StoredSessions } from './stored.ts'
export { usesWritten } from './uses.ts'
