import type { AccountStore } from './accounts/index.ts'
import type { PasswordStore } from './passwords/index.ts'

/** The stores of the accounts' database, bound to one transaction. */
export interface Stores {
  readonly accounts: AccountStore
  readonly passwords: PasswordStore
}

/**
 * Writes that belong together: all of them are durable when `run` returns, or none has happened.
 * `work` must do nothing slow (never a password hash): on SQLite it holds the only writer.
 */
export interface UnitOfWork {
  run<Result>(work: (stores: Stores) => Promise<Result>): Promise<Result>
}
