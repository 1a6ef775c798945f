import type { AccountId } from '../../core/accounts/index.ts'
import type { FamilyId, RefreshFamily, RefreshFamilyStore } from '../../core/tokens/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { ByKey, Executor } from './database.ts'
import type { RefreshFamilyRow } from './schema.ts'

/** Families in the `refresh_families` table. No query can return a token: none is stored. */
export class SqlRefreshFamilyStore implements RefreshFamilyStore {
  readonly #db: Executor
  readonly #byId: ByKey<RefreshFamily>

  constructor(db: Executor) {
    this.#db = db
    this.#byId = db.byKey('id', (sql) => sql.selectFrom('refresh_families').selectAll(), familyOf)
  }

  async insert(family: RefreshFamily): Promise<void> {
    await this.#db.kysely.insertInto('refresh_families').values(toRow(family)).execute()
  }

  find(id: FamilyId): Promise<RefreshFamily | undefined> {
    return this.#byId(id)
  }

  async turn(id: FamilyId, counter: number, now: Instant, expiresAt: Instant): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('refresh_families')
      .set({ counter: counter + 1, turned_at: now, expires_at: expiresAt })
      .where('id', '=', id)
      .where('counter', '=', counter)
      .where('reused_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async markReused(id: FamilyId, now: Instant, expiresAt: Instant): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('refresh_families')
      .set({ reused_at: now, expires_at: expiresAt })
      .where('id', '=', id)
      .where('reused_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async listReused(owner: AccountId): Promise<RefreshFamily[]> {
    const rows = await this.#db.kysely
      .selectFrom('refresh_families')
      .selectAll()
      .where('account_id', '=', owner)
      .where('reused_at', 'is not', null)
      .orderBy('reused_at', 'desc')
      .orderBy('id')
      .limit(mostTold)
      .execute()
    return rows.map(familyOf)
  }

  async forgetReused(owner: AccountId, id: FamilyId): Promise<boolean> {
    const { numDeletedRows } = await this.#db.kysely
      .deleteFrom('refresh_families')
      .where('account_id', '=', owner)
      .where('id', '=', id)
      .where('reused_at', 'is not', null)
      .executeTakeFirst()
    return numDeletedRows === 1n
  }

  async sweep(now: Instant, limit: number): Promise<number> {
    const { numDeletedRows } = await this.#db.kysely
      .deleteFrom('refresh_families')
      .where('id', 'in', (sql) =>
        sql.selectFrom('refresh_families').select('id').where('expires_at', '<=', now).limit(limit),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  }
}

/** Nobody reads more. */
const mostTold = 20

function toRow(family: RefreshFamily): RefreshFamilyRow {
  return {
    id: family.id,
    account_id: family.accountId,
    session: family.session,
    counter: family.counter,
    turned_at: family.turnedAt,
    expires_at: family.expiresAt,
    agent: family.agent,
    address: family.address,
    reused_at: family.reusedAt ?? null,
  }
}

/** The columns hold only what `toRow` wrote, so the brands are true. */
function familyOf(row: RefreshFamilyRow): RefreshFamily {
  return {
    id: row.id,
    accountId: row.account_id,
    session: row.session,
    counter: row.counter,
    turnedAt: row.turned_at,
    expiresAt: row.expires_at,
    agent: row.agent,
    address: row.address,
    reusedAt: row.reused_at ?? undefined,
  } as RefreshFamily
}
