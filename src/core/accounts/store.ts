import type { Account, AccountId, AccountRole, AccountStatus } from './account.ts'
import type { CanonicalEmail } from './email.ts'

/** Keeps accounts. Promises, proven for each store by `accountStoreContract`: */
export interface AccountStore {
  /**
   * Adds the account, and is durable when it returns. Of any number of parallel callers with one
   * canonical address exactly one is told `'inserted'`; the others change nothing.
   */
  insert(account: Account): Promise<'inserted' | 'email_taken'>

  /**
   * Adds those whose address is free and gives them; of several with one canonical address the first.
   * Any number of parallel callers add each address once, and never wait for one another in a circle.
   */
  insertAll(accounts: readonly Account[]): Promise<Account[]>

  /** Which of these addresses somebody has. */
  findTaken(canonicals: readonly CanonicalEmail[]): Promise<Set<CanonicalEmail>>

  /** At most `limit` accounts, ordered by canonical address, beginning behind `after`. */
  list(after: CanonicalEmail | undefined, limit: number): Promise<Account[]>

  findByEmail(canonical: CanonicalEmail): Promise<Account | undefined>

  /** On the path of every session check: one look-up by key. */
  findById(id: AccountId): Promise<Account | undefined>

  /**
   * Disables or enables. Disabling also starts a new epoch, in the same statement, so that no
   * session outlives it. `false` when there is no such account.
   */
  setStatus(id: AccountId, status: AccountStatus): Promise<boolean>

  /** Gives another role, and starts a new epoch in the same statement. `false` when nobody has been given another. */
  setRole(id: AccountId, role: AccountRole): Promise<boolean>

  /**
   * Ends every session of the account in one step, by starting a new epoch. Gives the account as it is
   * then; `undefined` when there is none, or when it was not in the epoch `after` any more: of any number of
   * parallel callers one starts the next.
   */
  startEpoch(id: AccountId, after?: number): Promise<Account | undefined>
}
