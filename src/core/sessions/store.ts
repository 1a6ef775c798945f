import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { Session } from './session.ts'

/** Keeps sessions by token hash. Promises, proven for each store by `sessionStoreContract`: */
export interface SessionStore {
  /**
   * Adds the session and ends the one under `replaced`, if there is one, in the same step: no moment
   * has both or neither. Durable when it returns, where the store is durable at all.
   */
  insert(session: Session, replaced?: TokenHash): Promise<void>

  /** The session, if `now` is before its `expiresAt`. Decided here, not by sweeping. */
  findLive(hash: TokenHash, now: Instant): Promise<Session | undefined>

  /**
   * Moves `expiresAt` later. Does nothing for a session that has ended or expired: a request in
   * flight can never revive one. Never moves it earlier, so parallel calls may arrive in any order.
   */
  extend(hash: TokenHash, expiresAt: Instant, now: Instant): Promise<void>

  /** Ends the session for good. Of any number of parallel callers exactly one is told `true`. */
  end(hash: TokenHash): Promise<boolean>

  /** Removes up to `limit` sessions that are over, and tells how many: housekeeping, nothing depends on it. */
  sweep(now: Instant, limit: number): Promise<number>
}
