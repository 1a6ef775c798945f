import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Instant } from '../../kernel/clock.ts'
import { ConfigurationError } from '../../kernel/errors.ts'
import type { Database, Dialect } from './database.ts'
import { migrations as released } from './migrations/index.ts'
import type { Migration, Words } from './migrations/migration.ts'
import type { Schema } from './schema.ts'

export interface MigrationState {
  readonly id: string
  /** When it was applied; `undefined` while it is pending. */
  readonly appliedAt: Instant | undefined
}

const words: Readonly<Record<Dialect, Words>> = {
  sqlite: { integer: 'integer', strict: ' strict', notifies: false, unlogged: false },
  postgres: { integer: 'bigint', strict: '', notifies: true, unlogged: true },
}

/** Any number will do, as long as no other program on the database locks the same one. */
const lockKey = 7_255_597_767

/**
 * Brings the schema up to date and tells which migrations that took.
 *
 * All in one transaction under a lock: of several nodes that start at once one applies, the others
 * wait and find nothing left to do; a failure leaves the schema as it was.
 *
 * @throws {ConfigurationError} The database belongs to a newer version, or an applied migration differs.
 */
export function migrate(
  db: Database,
  now: Instant,
  migrations: readonly Migration[] = released,
): Promise<string[]> {
  return db.transaction(async ({ kysely }) => {
    if (db.dialect === 'postgres')
      await sql`select pg_advisory_xact_lock(${lockKey})`.execute(kysely)
    await createTable(kysely, db.dialect)
    const pending = (await compare(kysely, db.dialect, migrations)).filter(
      (state) => !state.appliedAt,
    )
    for (const { id } of pending) {
      const migration = migrations.find((known) => known.id === id) as Migration
      for (const statement of migration.statements(words[db.dialect])) {
        await sql.raw(statement).execute(kysely)
      }
      await kysely
        .insertInto('sallyport_migrations')
        .values({ id, checksum: checksum(migration, db.dialect), applied_at: now })
        .execute()
    }
    return pending.map(({ id }) => id)
  })
}

/** Which migrations are applied and which are pending. Changes nothing. */
export async function migrationStatus(
  db: Database,
  migrations: readonly Migration[] = released,
): Promise<MigrationState[]> {
  const tables = await db.kysely.introspection.getTables()
  if (!tables.some((table) => table.name === 'sallyport_migrations')) {
    return migrations.map(({ id }) => ({ id, appliedAt: undefined }))
  }
  return compare(db.kysely, db.dialect, migrations)
}

async function createTable(kysely: Kysely<Schema>, dialect: Dialect): Promise<void> {
  const { integer, strict } = words[dialect]
  await sql
    .raw(
      `create table if not exists sallyport_migrations (
        id text primary key, checksum text not null, applied_at ${integer} not null
      )${strict}`,
    )
    .execute(kysely)
}

async function compare(
  kysely: Kysely<Schema>,
  dialect: Dialect,
  migrations: readonly Migration[],
): Promise<MigrationState[]> {
  const rows = await kysely.selectFrom('sallyport_migrations').selectAll().execute()
  const applied = new Map(rows.map((row) => [row.id, row]))
  const known = new Set(migrations.map(({ id }) => id))
  const newer = rows.find(({ id }) => !known.has(id))
  if (newer) {
    throw new ConfigurationError([
      `the database was migrated by a newer version (${newer.id}); start that version, or restore a backup`,
    ])
  }
  return migrations.map((migration) => {
    const row = applied.get(migration.id)
    if (row && row.checksum !== checksum(migration, dialect)) {
      throw new ConfigurationError([
        `migration ${migration.id} was changed after it had been applied to this database`,
      ])
    }
    return { id: migration.id, appliedAt: row?.applied_at as Instant | undefined }
  })
}

function checksum(migration: Migration, dialect: Dialect): string {
  const statements = migration.statements(words[dialect])
  return createHash('sha256').update(JSON.stringify(statements)).digest('hex')
}
