import type { SigningKeyRecord, SigningKeyStore } from '../../core/tokens/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { Executor } from './database.ts'
import type { SigningKeyRow } from './schema.ts'

/** Signing keys in the `signing_keys` table, sealed. */
export class SqlSigningKeyStore implements SigningKeyStore {
  readonly #db: Executor

  constructor(db: Executor) {
    this.#db = db
  }

  async list(): Promise<SigningKeyRecord[]> {
    const rows = await this.#db.kysely
      .selectFrom('signing_keys')
      .selectAll()
      .orderBy('generation')
      .execute()
    return rows.map(recordOf)
  }

  async add(record: SigningKeyRecord): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db.kysely
      .insertInto('signing_keys')
      .values(toRow(record))
      .onConflict((conflict) => conflict.column('generation').doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  }

  async reseal(id: string, former: string, sealed: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('signing_keys')
      .set({ sealed })
      .where('id', '=', id)
      .where('sealed', '=', former)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async retire(id: string, now: Instant): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('signing_keys')
      .set({ retired_at: now })
      .where('id', '=', id)
      .where('retired_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await this.#db.kysely.deleteFrom('signing_keys').where('id', 'in', ids).execute()
  }
}

function toRow(record: SigningKeyRecord): SigningKeyRow {
  return {
    id: record.id,
    generation: record.generation,
    algorithm: record.algorithm,
    sealed: record.sealed,
    created_at: record.createdAt,
    signs_from: record.signsFrom,
    retired_at: record.retiredAt ?? null,
  }
}

/** The columns hold only what `toRow` wrote, so the brands are true. */
function recordOf(row: SigningKeyRow): SigningKeyRecord {
  return {
    id: row.id,
    generation: row.generation,
    algorithm: row.algorithm,
    sealed: row.sealed,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
    retiredAt: row.retired_at ?? undefined,
  } as SigningKeyRecord
}
