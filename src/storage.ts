import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Configuration } from './config/index.ts'
import type { Clock } from './kernel/clock.ts'
import { ConfigurationError } from './kernel/errors.ts'
import { KeyRing } from './kernel/key-ring.ts'
import type { Random } from './kernel/random.ts'
import { openFolder } from './stores/filesystem/folder.ts'
import { openMasterKey } from './stores/filesystem/master-key.ts'
import type { Database } from './stores/sql/database.ts'
import { migrate, migrationStatus } from './stores/sql/migrate.ts'
import { openPostgres } from './stores/sql/postgres.ts'
import { openSqlite } from './stores/sql/sqlite.ts'
import { UnitDatabase } from './stores/sql/unit-of-work.ts'

/** Where accounts are kept, and the keys to what is sealed there: one is worth nothing without the other. */
export interface Storage {
  readonly database: UnitDatabase
  readonly keys: KeyRing
}

/** Opens, or makes, the storage that the configuration names. Nothing is migrated yet. */
export function openStorage(configuration: Configuration, random: Random): Storage {
  const { data_dir, database_url, secret } = configuration
  const folder = openFolder(data_dir)
  const file = join(folder, 'sallyport.db')
  // Asked before the database is opened, which makes it.
  const fresh = !existsSync(file)
  const keys = new KeyRing(secret ?? [openMasterKey({ folder, random, fresh })])
  return { database: openDatabase(database_url, file), keys }
}

/**
 * Opens the database if there is one, for looking into it: nothing is made and nothing migrated.
 * `undefined` where no server has ever started.
 * @throws {ConfigurationError} It is of an older version.
 */
export async function openExisting({
  data_dir,
  database_url,
}: Configuration): Promise<UnitDatabase | undefined> {
  const file = resolve(data_dir, 'sallyport.db')
  if (!database_url && !existsSync(file)) return undefined
  const database = openDatabase(database_url, file)
  try {
    const states = await migrationStatus(database)
    if (states.some(({ appliedAt }) => appliedAt)) {
      await refusePending(database)
      return database
    }
  } catch (error) {
    await database.close()
    throw error
  }
  await database.close()
  return undefined
}

function openDatabase(url: Configuration['database_url'], file: string): UnitDatabase {
  return new UnitDatabase(url ? openPostgres({ url: url.expose() }) : openSqlite(file))
}

/** The keys to what an existing database holds; makes none. */
export function existingKeys({ data_dir, secret }: Configuration, random: Random): KeyRing {
  return new KeyRing(secret ?? [openMasterKey({ folder: resolve(data_dir), random, fresh: false })])
}

/** Migrates, or finds that nothing is left to do; closes the database when neither can be done. */
export async function bringUpToDate(
  database: Database,
  configuration: Configuration,
  clock: Clock,
): Promise<void> {
  try {
    if (configuration.migrations === 'auto') await migrateStorage(database, configuration, clock)
    else await refusePending(database)
  } catch (error) {
    await database.close()
    throw error
  }
}

/** On PostgreSQL over a connection that may wait: for another node that migrates, for a large table. */
export async function migrateStorage(
  database: Database,
  { database_url }: Configuration,
  clock: Clock,
): Promise<string[]> {
  if (!database_url) return migrate(database, clock.now())
  await using patient = openPostgres({ url: database_url.expose(), patient: true })
  return await migrate(patient, clock.now())
}

async function refusePending(database: Database): Promise<void> {
  const pending = (await migrationStatus(database)).filter(({ appliedAt }) => !appliedAt)
  if (pending.length === 0) return
  throw new ConfigurationError([
    `the database lacks ${pending.length} migration(s); run \`sallyport migrate\` first`,
  ])
}
