import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { AccountId } from '../accounts/index.ts'
import type { Session, SessionId } from './session.ts'

export interface InsertOptions {
  /** The session that this one takes the place of. */
  readonly replaced?: TokenHash | undefined
  /** How many sessions the account may have afterwards. */
  readonly most?: number | undefined
}

/** Keeps sessions by token hash. Promises, proven for each store by `sessionStoreContract`: */
export interface SessionStore {
  /**
   * Adds the session and ends the one under `replaced`, if there is one, in the same step: no moment
   * has both or neither. Then ends the oldest of the account's sessions beyond `most`. Durable when it
   * returns, where the store is durable at all.
   */
  insert(session: Session, options?: InsertOptions): Promise<void>

  /** The session, if `now` is before its `expiresAt`. Decided here, not by sweeping. */
  findLive(hash: TokenHash, now: Instant): Promise<Session | undefined>

  /**
   * Moves `expiresAt` later, and `seenAt` to now. Does nothing for a session that has ended or expired: a request in
   * flight can never revive one. Never moves it earlier, so parallel calls may arrive in any order.
   */
  extend(hash: TokenHash, expiresAt: Instant, now: Instant): Promise<void>

  /** The account's sessions of this epoch that are live at `now`, the last used first. */
  listLive(owner: AccountId, epoch: number, now: Instant): Promise<Session[]>

  /** Ends the session of this account with this id. Of any number of parallel callers one is told `true`. */
  endById(owner: AccountId, id: SessionId): Promise<boolean>

  /** Ends the session for good. Of any number of parallel callers exactly one is told `true`. */
  end(hash: TokenHash): Promise<boolean>

  /** Removes up to `limit` sessions that are over, and tells how many: housekeeping, nothing depends on it. */
  sweep(now: Instant, limit: number): Promise<number>
}
