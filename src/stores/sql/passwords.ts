import type { Compilable } from 'kysely'
import type { AccountId } from '../../core/accounts/index.ts'
import type { PasswordHash, PasswordStore, StoredPassword } from '../../core/passwords/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { ByKey, Database } from './database.ts'
import { inGroups } from './groups.ts'
import { locked } from './locked.ts'
import type { PasswordRow } from './schema.ts'

/** Password hashes in a table of their own: no query for an account can bring one along. */
export class SqlPasswordStore implements PasswordStore {
  readonly #db: Database
  readonly #byOwner: ByKey<StoredPassword>

  constructor(db: Database) {
    this.#db = db
    this.#byOwner = db.byKey(
      'account_id',
      (sql) => sql.selectFrom('passwords').select(['account_id', 'hash', 'normal_form']),
      fromRow,
    )
  }

  async insert(owner: AccountId, password: StoredPassword, now: Instant): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db.kysely
      .insertInto('passwords')
      .values({ account_id: owner, ...toColumns(password, now) })
      .onConflict((conflict) => conflict.column('account_id').doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  }

  async insertAll(passwords: ReadonlyMap<AccountId, StoredPassword>, now: Instant): Promise<void> {
    for (const group of inGroups([...passwords])) {
      await this.#db.kysely
        .insertInto('passwords')
        .values(
          group.map(([owner, password]) => ({ account_id: owner, ...toColumns(password, now) })),
        )
        .onConflict((conflict) => conflict.column('account_id').doNothing())
        .execute()
    }
  }

  find(owner: AccountId): Promise<StoredPassword | undefined> {
    return this.#byOwner(owner)
  }

  async findAll(owners: readonly AccountId[]): Promise<Map<AccountId, StoredPassword>> {
    const found = new Map<AccountId, StoredPassword>()
    for (const group of inGroups(owners)) {
      const rows = await this.#db.kysely
        .selectFrom('passwords')
        .select(['account_id', 'hash', 'normal_form'])
        .where('account_id', 'in', group)
        .execute()
      for (const row of rows) found.set(row.account_id as AccountId, fromRow(row))
    }
    return found
  }

  async replace(
    owner: AccountId,
    old: PasswordHash,
    { hash, normalForm }: StoredPassword,
    changedAt?: Instant,
  ): Promise<boolean> {
    const form = { hash, normal_form: normalForm ?? null }
    const update = this.#db.kysely
      .updateTable('passwords')
      .set(changedAt === undefined ? form : { ...form, changed_at: changedAt, failures: 0 })
      .where('account_id', '=', owner)
      .where('hash', '=', old)
      .returning('failures')
    return (await this.#written(owner, update)) !== undefined
  }

  async countFailure(owner: AccountId, most: number): Promise<number | undefined> {
    const update = this.#db.kysely
      .updateTable('passwords')
      .set((old) => ({ failures: old('failures', '+', 1) }))
      .where('account_id', '=', owner)
      .where('failures', '<', most)
      .returning('failures')
    return (await this.#written(owner, update))?.failures
  }

  async forgetFailures(owner: AccountId, most: number): Promise<boolean> {
    const update = this.#db.kysely
      .updateTable('passwords')
      .set({ failures: 0 })
      .where('account_id', '=', owner)
      .where('failures', '<', most)
      .returning('failures')
    return (await this.#written(owner, update)) !== undefined
  }

  async failures(owner: AccountId): Promise<number | undefined> {
    const row = await this.#db.kysely
      .selectFrom('passwords')
      .select('failures')
      .where('account_id', '=', owner)
      .executeTakeFirst()
    return row?.failures
  }

  async changedAt(owner: AccountId): Promise<Instant | undefined> {
    const row = await this.#db.kysely
      .selectFrom('passwords')
      .select('changed_at')
      .where('account_id', '=', owner)
      .executeTakeFirst()
    return row?.changed_at as Instant | undefined
  }

  /**
   * Whoever writes more than one row of an account begins with the account: a password that was written first would be
   * waited for by who has the account already, who would be waited for in turn.
   */
  async #written(owner: AccountId, update: Compilable): Promise<Counted | undefined> {
    const rows = await this.#db.together<Counted>([...locked(this.#db, owner), update])
    return rows.at(-1)?.[0]
  }
}

interface Counted {
  readonly failures: number
}

function fromRow(row: Pick<PasswordRow, 'account_id' | 'hash' | 'normal_form'>): StoredPassword {
  return { hash: row.hash as PasswordHash, normalForm: row.normal_form ?? undefined }
}

function toColumns({ hash, normalForm }: StoredPassword, now: Instant) {
  return { hash, normal_form: normalForm ?? null, changed_at: now, failures: 0 }
}
