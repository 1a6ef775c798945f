import type { Instant } from '../../kernel/clock.ts'
import type { AccountId } from '../accounts/index.ts'
import type { PasswordHash, StoredPassword } from './password.ts'

/** Keeps one password hash for an account. Promises, proven for each store by `passwordStoreContract`: */
export interface PasswordStore {
  /** Adds the first password of an account; `false` when it has one, which stays as it is. */
  insert(owner: AccountId, password: StoredPassword, now: Instant): Promise<boolean>

  /** Adds first passwords; who has one keeps it. */
  insertAll(passwords: ReadonlyMap<AccountId, StoredPassword>, now: Instant): Promise<void>

  find(owner: AccountId): Promise<StoredPassword | undefined>

  /** The passwords of those who have one. */
  findAll(owners: readonly AccountId[]): Promise<Map<AccountId, StoredPassword>>

  /**
   * Puts another hash in the place of `old`. `false`, and nothing is changed, when `old` is not there
   * any more: of any number of parallel callers with one `old` exactly one is told `true`.
   * A password that is another one has no failures yet.
   * @param changedAt - Left out where the password stays what it is, and only its hash is made anew.
   */
  replace(
    owner: AccountId,
    old: PasswordHash,
    password: StoredPassword,
    changedAt?: Instant,
  ): Promise<boolean>

  /**
   * Counts a wrong password, unless `most` have been counted. Tells how many there are in a row now; `undefined` where
   * nothing was counted. Of any number of parallel callers one is told `most`.
   */
  countFailure(owner: AccountId, most: number): Promise<number | undefined>

  /** Begins to count anew, unless `most` have been counted: then `false`, as where there is no password. */
  forgetFailures(owner: AccountId, most: number): Promise<boolean>

  /** How many wrong ones there were in a row; `undefined` where there is no password. */
  failures(owner: AccountId): Promise<number | undefined>

  /** When the password was chosen, or brought along; `undefined` where there is none. */
  changedAt(owner: AccountId): Promise<Instant | undefined>
}
