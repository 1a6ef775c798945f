import { join, resolve } from 'node:path'
import type { Configuration } from './config/index.ts'
import type { SessionCheck, SessionStore } from './core/sessions/index.ts'
import { type Clock, type Duration, minutes } from './kernel/clock.ts'
import { ConfigurationError } from './kernel/errors.ts'
import type { Random } from './kernel/random.ts'
import type { Meters } from './metrics/meters.ts'
import { seldom } from './metrics/seldom.ts'
import { FileSessionStore } from './stores/filesystem/sessions.ts'
import type { Wire } from './stores/kept-channel.ts'
import { openMemcachedSessionStore } from './stores/memcached/sessions.ts'
import { MemorySessionStore } from './stores/memory/sessions.ts'
import { openRedisSessionStore } from './stores/redis/sessions.ts'
import type { Database } from './stores/sql/database.ts'
import { SqlSessionStore } from './stores/sql/sessions.ts'

/** A store; how word of revocations travels where it can carry that; how it is closed. */
export interface OpenSessionStore {
  readonly store: SessionStore & Pick<SessionCheck, 'atOnce'>
  /** Are cookies and bearer tokens the sessions themselves? Then only those of access tokens are stored. */
  readonly isSealed?: true
  readonly wire?: Wire | undefined
  readonly close?: () => Promise<void>
}

interface Place {
  readonly configuration: Configuration
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  readonly meters: Pick<Meters, 'watch'>
}

type Opening = (place: Place) => OpenSessionStore | Promise<OpenSessionStore>

const openings: { readonly [Kind in Configuration['session_store']]: Opening } = {
  database: ({ database, clock, meters }) => {
    const store = new SqlSessionStore(database)
    // The others cannot tell without reading all of them.
    meters.watch(
      'activeSessions',
      seldom(() => store.countLive(clock.now()), clock),
    )
    return { store }
  },
  memory: () => ({ store: new MemorySessionStore() }),
  filesystem: async ({ configuration, random }) => ({
    store: await FileSessionStore.open(join(resolve(configuration.data_dir), 'sessions'), random),
  }),
  redis: ({ configuration, random }) => {
    const url = configuration.redis_url?.expose() ?? ''
    const store = addressed('REDIS_URL', () => openRedisSessionStore({ url }))
    return { store, wire: store.wire(random), close: () => store.close() }
  },
  memcached: ({ configuration }) => {
    const url = configuration.memcached_url ?? ''
    const store = addressed('MEMCACHED_URL', () => openMemcachedSessionStore({ url }))
    return { store, close: () => store.close() }
  },
  sealed: ({ database }) => ({ store: new SqlSessionStore(database), isSealed: true }),
}

/** That there is an address was checked with the configuration; only the store knows how to read it. */
function addressed<Store>(setting: string, open: () => Store): Store {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new ConfigurationError([`SALLYPORT_${setting} cannot be read as an address`])
  }
}

/** Redis and memcached drop by themselves what is over: to look for it is to read everything. */
export function sweepInterval({ session_store }: Configuration): Duration {
  const dropsByItself = session_store === 'redis' || session_store === 'memcached'
  return minutes(dropsByItself ? 24 * 60 : 5)
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
