import type {
  Account,
  AccountId,
  AccountRole,
  AccountStatus,
  AccountStore,
  CanonicalEmail,
} from '../../core/accounts/index.ts'
import type { ByKey, Executor, Rows } from './database.ts'
import { inGroups } from './groups.ts'
import type { AccountRow } from './schema.ts'

/** Accounts in the `accounts` table. */
export class SqlAccountStore implements AccountStore {
  readonly #db: Executor
  readonly #byId: ByKey<Account>
  readonly #byEmail: ByKey<Account>

  constructor(db: Executor) {
    this.#db = db
    const accounts: Rows<AccountRow> = (sql) => sql.selectFrom('accounts').selectAll()
    this.#byId = db.byKey('id', accounts, fromRow)
    this.#byEmail = db.byKey('canonical_email', accounts, fromRow)
  }

  async insert(account: Account): Promise<'inserted' | 'email_taken'> {
    const { numInsertedOrUpdatedRows } = await this.#db.kysely
      .insertInto('accounts')
      .values(toRow(account))
      .onConflict((conflict) => conflict.column('canonical_email').doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n ? 'inserted' : 'email_taken'
  }

  async insertAll(accounts: readonly Account[]): Promise<Account[]> {
    // In one order, whoever asks: two callers that lock the same addresses never wait for each other.
    const ordered = [...accounts].sort(byAddress)
    const inserted = new Set<string>()
    for (const group of inGroups(ordered)) {
      const rows = await this.#db.kysely
        .insertInto('accounts')
        .values(group.map(toRow))
        .onConflict((conflict) => conflict.column('canonical_email').doNothing())
        .returning('id')
        .execute()
      for (const { id } of rows) inserted.add(id)
    }
    return accounts.filter(({ id }) => inserted.has(id))
  }

  async findTaken(canonicals: readonly CanonicalEmail[]): Promise<Set<CanonicalEmail>> {
    const taken = new Set<CanonicalEmail>()
    for (const group of inGroups(canonicals)) {
      const rows = await this.#db.kysely
        .selectFrom('accounts')
        .select('canonical_email')
        .where('canonical_email', 'in', group)
        .execute()
      for (const { canonical_email } of rows) taken.add(canonical_email as CanonicalEmail)
    }
    return taken
  }

  async list(after: CanonicalEmail | undefined, limit: number): Promise<Account[]> {
    const rows = await this.#db.kysely
      .selectFrom('accounts')
      .selectAll()
      .where('canonical_email', '>', after ?? ('' as CanonicalEmail))
      .orderBy('canonical_email')
      .limit(limit)
      .execute()
    return rows.map(fromRow)
  }

  findByEmail(canonical: Account['canonicalEmail']): Promise<Account | undefined> {
    return this.#byEmail(canonical)
  }

  findById(id: AccountId): Promise<Account | undefined> {
    return this.#byId(id)
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

  async setRole(id: AccountId, role: AccountRole): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('accounts')
      .set((old) => ({ role, epoch: old('epoch', '+', 1) }))
      .where('id', '=', id)
      .where('role', '!=', role)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async startEpoch(id: AccountId, after?: number): Promise<Account | undefined> {
    const row = await this.#db.kysely
      .updateTable('accounts')
      .set((old) => ({ epoch: old('epoch', '+', 1) }))
      .where('id', '=', id)
      .$if(after !== undefined, (update) => update.where('epoch', '=', after as number))
      .returningAll()
      .executeTakeFirst()
    return row && fromRow(row)
  }
}

function byAddress({ canonicalEmail: a }: Account, { canonicalEmail: b }: Account): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function toRow(account: Account): AccountRow {
  return {
    id: account.id,
    email: account.email,
    canonical_email: account.canonicalEmail,
    full_name: account.fullName,
    status: account.status,
    role: account.role,
    epoch: account.epoch,
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
    role: row.role,
    epoch: row.epoch,
    createdAt: row.created_at,
    emailVerifiedAt: row.email_verified_at ?? undefined,
  } as Account
}
