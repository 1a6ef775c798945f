import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { AccountId } from '../accounts/index.ts'
import type { Session, SessionId } from './session.ts'

export interface InsertOptions {
  /** The session that this one takes the place of. */
  readonly replaced?: TokenHash | undefined
  /** How many sessions the account may have afterwards. */
  readonly most?: number | undefined
  /** Where it would have more: end those that were used longest ago (the default), or add none. */
  readonly whenFull?: WhenFull | undefined
}

export type WhenFull = 'end_oldest' | 'refuse'

/** A session that somebody or something has ended: by its id, since its token is nobody's business. */
export interface Ended {
  readonly accountId: AccountId
  readonly id: SessionId
}

/** The sessions that ended so that this one could begin; `'full'` where it was not added, and none ended. */
export type Inserted = readonly Ended[] | 'full'

/** One use of a session: where its end moves to, and when it was used. */
export interface Use {
  readonly hash: TokenHash
  readonly expiresAt: Instant
  readonly at: Instant
}

/** Keeps sessions by token hash. Promises, proven for each store by `sessionStoreContract`: */
export interface SessionStore {
  /**
   * Adds the session and ends the one under `replaced`, if there is one, in the same step: no moment
   * has both or neither. Then ends the oldest of the account's sessions beyond `most`; or adds nothing,
   * where `whenFull` says so and as many of its epoch are live at its `seenAt`, the replaced one not
   * counted. Durable when it returns, where the store is durable at all.
   */
  insert(session: Session, options?: InsertOptions): Promise<Inserted>

  /** The session, if `now` is before its `expiresAt`. Decided here, not by sweeping. */
  findLive(hash: TokenHash, now: Instant): Promise<Session | undefined>

  /**
   * Moves each `expiresAt` later, and `seenAt` to when the session was used. Does nothing for a session
   * that has ended, or had expired when it was used: a request in flight can never revive one. Never moves
   * an end earlier, so parallel calls may arrive in any order. The hashes differ from one another.
   */
  extend(uses: readonly Use[]): Promise<void>

  /** The account's sessions of this epoch that are live at `now`, the last used first. */
  listLive(owner: AccountId, epoch: number, now: Instant): Promise<Session[]>

  /** Ends the session of this account with this id. Of any number of parallel callers one is told `true`. */
  endById(owner: AccountId, id: SessionId): Promise<boolean>

  /** Ends the session for good. Of any number of parallel callers exactly one is told which it was. */
  end(hash: TokenHash): Promise<Ended | undefined>

  /** Removes up to `limit` sessions that are over, and tells how many: housekeeping, nothing depends on it. */
  sweep(now: Instant, limit: number): Promise<number>
}
