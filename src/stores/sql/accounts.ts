import type { Account, AccountId, AccountStatus, AccountStore } from '../../core/accounts/index.ts'
import type { Executor, OneRow } from './database.ts'
import type { AccountRow } from './schema.ts'

/** Accounts in the `accounts` table. */
export class SqlAccountStore implements AccountStore {
  readonly #db: Executor
  readonly #byId: OneRow<AccountRow>
  readonly #byEmail: OneRow<AccountRow>

  constructor(db: Executor) {
    this.#db = db
    this.#byId = db.prepare((sql) => sql.selectFrom('accounts').selectAll().where('id', '=', ''))
    this.#byEmail = db.prepare((sql) =>
      sql.selectFrom('accounts').selectAll().where('canonical_email', '=', ''),
    )
  }

  async insert(account: Account): Promise<'inserted' | 'email_taken'> {
    const { numInsertedOrUpdatedRows } = await this.#db.kysely
      .insertInto('accounts')
      .values(toRow(account))
      .onConflict((conflict) => conflict.column('canonical_email').doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n ? 'inserted' : 'email_taken'
  }

  async findByEmail(canonical: Account['canonicalEmail']): Promise<Account | undefined> {
    const row = await this.#byEmail(canonical)
    return row && fromRow(row)
  }

  async findById(id: AccountId): Promise<Account | undefined> {
    const row = await this.#byId(id)
    return row && fromRow(row)
  }

  async setStatus(id: AccountId, status: AccountStatus): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('accounts')
      .set((row) => ({
        status,
        epoch: status === 'disabled' ? row('epoch', '+', 1) : row.ref('epoch'),
      }))
      .where('id', '=', id)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async startEpoch(id: AccountId): Promise<Account | undefined> {
    const row = await this.#db.kysely
      .updateTable('accounts')
      .set((old) => ({ epoch: old('epoch', '+', 1) }))
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    return row && fromRow(row)
  }
}

function toRow(account: Account): AccountRow {
  return {
    id: account.id,
    email: account.email,
    canonical_email: account.canonicalEmail,
    full_name: account.fullName,
    status: account.status,
    epoch: account.epoch,
    mfa_enabled: account.mfaEnabled ? 1 : 0,
    created_at: account.createdAt,
    email_verified_at: account.emailVerifiedAt ?? null,
  }
}

/** The columns hold only what `toRow` wrote, so the brands are true. */
function fromRow(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    canonicalEmail: row.canonical_email,
    fullName: row.full_name,
    status: row.status,
    epoch: row.epoch,
    mfaEnabled: row.mfa_enabled === 1,
    createdAt: row.created_at,
    emailVerifiedAt: row.email_verified_at ?? undefined,
  } as Account
}
