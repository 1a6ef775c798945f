import type { Instant } from '../../../kernel/clock.ts'
import type { TokenHash } from '../../../kernel/token.ts'
import type { PendingLogin } from './pending.ts'

/** Keeps sign-ins that wait for a second factor. Promises, proven for each store by `pendingLoginStoreContract`: */
export interface PendingLoginStore {
  insert(pending: PendingLogin): Promise<void>

  /** The sign-in, if `now` is before its `expiresAt`. */
  findLive(hash: TokenHash, now: Instant): Promise<PendingLogin | undefined>

  /**
   * Counts a try, and gives the sign-in; `undefined` when it has expired, was ended, or was tried `most` times. Of
   * any number of parallel callers no more than that are given it.
   */
  takeTry(hash: TokenHash, now: Instant, most: number): Promise<PendingLogin | undefined>

  /** Ends it. Of any number of parallel callers one is told `true`. */
  end(hash: TokenHash): Promise<boolean>

  /** Removes up to `limit` that have expired, and tells how many: housekeeping, nothing depends on it. */
  sweep(now: Instant, limit: number): Promise<number>
}
