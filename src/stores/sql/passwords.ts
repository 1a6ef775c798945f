import type { AccountId } from '../../core/accounts/index.ts'
import type { PasswordHash, PasswordStore } from '../../core/passwords/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { Executor } from './database.ts'

/** Password hashes in a table of their own: no query for an account can bring one along. */
export class SqlPasswordStore implements PasswordStore {
  readonly #db: Executor

  constructor(db: Executor) {
    this.#db = db
  }

  async insert(owner: AccountId, hash: PasswordHash, now: Instant): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db.kysely
      .insertInto('passwords')
      .values({ account_id: owner, hash, changed_at: now })
      .onConflict((conflict) => conflict.column('account_id').doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  }

  async find(owner: AccountId): Promise<PasswordHash | undefined> {
    const row = await this.#db.kysely
      .selectFrom('passwords')
      .select('hash')
      .where('account_id', '=', owner)
      .executeTakeFirst()
    return row?.hash as PasswordHash | undefined
  }
}
