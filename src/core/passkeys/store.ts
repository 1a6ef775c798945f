import type { Instant } from '../../kernel/clock.ts'
import type { Digest } from '../../kernel/digest.ts'
import type { AccountId } from '../accounts/index.ts'
import type { Passkey, PasskeyId } from './passkey.ts'

/** Keeps passkeys. Promises, proven for each store by `passkeyStoreContract`; all is durable when it returns: */
export interface PasskeyStore {
  /**
   * Adds a passkey, unless its credential is known (to anybody), or the account has `most` already: no number of
   * parallel callers adds more.
   */
  insert(passkey: Passkey, most: number): Promise<'inserted' | 'known' | 'full'>

  findByCredential(credentialId: string): Promise<Passkey | undefined>

  /** The account's passkeys, the oldest first. */
  list(owner: AccountId): Promise<Passkey[]>

  /** `false` when the account has no such passkey. */
  rename(owner: AccountId, id: PasskeyId, name: string): Promise<boolean>

  /**
   * Removes a passkey, and with the account's last second factor its recovery codes, all or nothing. `false` when
   * it has no such passkey, or `keepsOne` and that is its last second factor: also of parallel callers one is left.
   */
  remove(owner: AccountId, id: PasskeyId, keepsOne: boolean): Promise<boolean>

  /**
   * Notes a use. `false`, and nothing noted, when the passkey is gone or its counter has not grown: of parallel
   * callers with one count, one is told `true`. Where both counts are 0, the authenticator does not count.
   */
  recordUse(id: PasskeyId, counter: number, backedUp: boolean, now: Instant): Promise<boolean>

  /** Of any number of parallel callers one is told `true`; nobody, ever after, until it was swept. */
  spendChallenge(hash: Digest, expiresAt: Instant): Promise<boolean>

  /** Removes up to `limit` spent challenges that have expired, and tells how many: they are refused as expired. */
  sweepChallenges(now: Instant, limit: number): Promise<number>
}
