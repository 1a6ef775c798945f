import type { Instant } from '../../kernel/clock.ts'
import type { AccountId } from '../accounts/index.ts'
import type { FamilyId, RefreshFamily } from './family.ts'

/** Keeps families of refresh tokens. Promises, proven for each store by `refreshFamilyStoreContract`: */
export interface RefreshFamilyStore {
  /** Adds the family. Durable when it returns. */
  insert(family: RefreshFamily): Promise<void>

  /** As it is now: never from memory. */
  find(id: FamilyId): Promise<RefreshFamily | undefined>

  /**
   * Spends the token of this number and makes the next one the newest. Of any number of parallel callers one is
   * told `true`; nobody, once an old token was presented. Durable when it returns.
   */
  turn(id: FamilyId, counter: number, now: Instant, expiresAt: Instant): Promise<boolean>

  /**
   * Notes that an old token was presented, and keeps that until `expiresAt`. Of any number of parallel callers
   * one is told `true`.
   */
  markReused(id: FamilyId, now: Instant, expiresAt: Instant): Promise<boolean>

  /** Families of this account of which an old token was presented, the last first: until `forgetReused`. */
  listReused(owner: AccountId): Promise<RefreshFamily[]>

  /** The owner has seen it. `false` when the account has no such family. */
  forgetReused(owner: AccountId, id: FamilyId): Promise<boolean>

  /** Removes up to `limit` families that have expired, and tells how many: housekeeping, nothing depends on it. */
  sweep(now: Instant, limit: number): Promise<number>
}
