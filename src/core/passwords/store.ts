import type { Instant } from '../../kernel/clock.ts'
import type { AccountId } from '../accounts/index.ts'
import type { PasswordHash } from './password.ts'

/** Keeps one password hash for an account. Promises, proven for each store by `passwordStoreContract`: */
export interface PasswordStore {
  /** Adds the first password of an account; `false` when it has one, which stays as it is. */
  insert(owner: AccountId, hash: PasswordHash, now: Instant): Promise<boolean>

  find(owner: AccountId): Promise<PasswordHash | undefined>
}
