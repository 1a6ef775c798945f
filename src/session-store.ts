import { join, resolve } from 'node:path'
import type { Configuration } from './config/index.ts'
import type { SessionStore } from './core/sessions/index.ts'
import type { Random } from './kernel/random.ts'
import { FileSessionStore } from './stores/filesystem/sessions.ts'
import { MemorySessionStore } from './stores/memory/sessions.ts'
import type { Database } from './stores/sql/database.ts'
import { SqlSessionStore } from './stores/sql/sessions.ts'

/** A store, and how it is closed where there is something to close. */
export type OpenSessionStore = SessionStore & Partial<AsyncDisposable>

interface Place {
  readonly configuration: Configuration
  readonly database: Database
  readonly random: Random
}

type Opening = (place: Place) => OpenSessionStore | Promise<OpenSessionStore>

const openings: { readonly [Kind in Configuration['session_store']]: Opening } = {
  database: ({ database }) => new SqlSessionStore(database),
  memory: () => new MemorySessionStore(),
  filesystem: ({ configuration, random }) =>
    FileSessionStore.open(join(resolve(configuration.data_dir), 'sessions'), random),
}

/**
 * Opens the store of sessions that the configuration names; closes the database when it cannot.
 * @throws {StoreUnavailableError} It does not answer.
 */
export async function openSessionStore(place: Place): Promise<OpenSessionStore> {
  try {
    return await openings[place.configuration.session_store](place)
  } catch (error) {
    await place.database.close()
    throw error
  }
}
