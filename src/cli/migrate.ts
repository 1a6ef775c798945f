import type { Configuration } from '../config/index.ts'
import { systemClock } from '../kernel/clock.ts'
import { systemRandom } from '../kernel/random.ts'
import { migrateStorage, openStorage } from '../storage.ts'
import { migrationStatus } from '../stores/sql/migrate.ts'

/** `sallyport migrate` */
export async function migrateDatabase(configuration: Configuration): Promise<void> {
  await using database = openStorage(configuration, systemRandom).database
  const applied = await migrateStorage(database, configuration, systemClock)
  for (const id of applied) console.log(`applied  ${id}`)
  console.log(applied.length === 0 ? 'The database is up to date.' : `${applied.length} applied.`)
}

/** `sallyport migrate status` */
export async function showMigrations(configuration: Configuration): Promise<void> {
  await using database = openStorage(configuration, systemRandom).database
  const states = await migrationStatus(database)
  for (const { id, appliedAt } of states) {
    console.log(
      appliedAt ? `applied  ${id}  ${new Date(appliedAt).toISOString()}` : `pending  ${id}`,
    )
  }
  if (states.some(({ appliedAt }) => !appliedAt)) process.exitCode = 3
}
