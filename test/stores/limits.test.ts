import { sql } from 'kysely'
import { afterEach, beforeAll } from 'vitest'
import type { LimitStore } from '../../src/core/limits/index.ts'
import { MemoryLimitStore } from '../../src/stores/memory/limits.ts'
import { RedisConnection } from '../../src/stores/redis/connection.ts'
import { RedisLimitStore } from '../../src/stores/redis/limits.ts'
import { migrate } from '../../src/stores/sql/migrate.ts'
import { openPostgres } from '../../src/stores/sql/postgres.ts'
import { PostgresLimitStore } from '../../src/stores/sql/postgres-limits.ts'
import { openSqliteLimitStore } from '../../src/stores/sql/sqlite-limits.ts'
import { anInstant, limitStoreContract } from '../../src/testing/index.ts'
import { temporaryFolder } from '../support/clean-up.ts'
import type { NetworkServer } from '../support/network-server.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { startRedis, startRedisCluster } from '../support/redis.ts'
import { limitStoreModel } from './limit-model.ts'

const now = anInstant('2030-01-01T00:00:00Z')

interface Handles {
  readonly store: LimitStore
  readonly other: LimitStore
}

const opened: { close(): Promise<unknown> }[] = []
// After each test: PostgreSQL has so many connections and no more.
afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())))

let server: NetworkServer
let cluster: NetworkServer[]
let postgresUrl: string
beforeAll(async () => {
  server = await startRedis()
  cluster = await startRedisCluster()
  postgresUrl = await freshPostgresDatabase()
  await using db = openPostgres({ url: postgresUrl })
  await migrate(db, now)
})

function memory(): Handles {
  const store = new MemoryLimitStore()
  return { store, other: store }
}

function sqliteFile(): Handles {
  const path = `${temporaryFolder()}/limits.db`
  return twice(() => openSqliteLimitStore(path))
}

function sqliteInMemory(): Handles {
  const store = openSqliteLimitStore(':memory:')
  return { store, other: store }
}

async function postgres(): Promise<Handles> {
  const [one, two] = [openPostgres({ url: postgresUrl }), openPostgres({ url: postgresUrl })]
  opened.push(one, two)
  await sql`truncate limit_tallies`.execute(one.kysely)
  return { store: new PostgresLimitStore(one), other: new PostgresLimitStore(two) }
}

function redis(): Handles {
  return twice(() => redisStore(`redis://127.0.0.1:${server.port}`))
}

function redisCluster(): Handles {
  const nodes = cluster.map(({ port }) => `127.0.0.1:${port}`)
  return twice(() => redisStore(`redis+cluster://${nodes.join(',')}`))
}

/** Two of what is opened twice. */
function twice(openOne: () => LimitStore): Handles {
  const [store, other] = [openOne(), openOne()]
  opened.push({ close: () => Promise.all([store.close?.(), other.close?.()]) })
  return { store, other }
}

function redisStore(url: string): LimitStore {
  return new RedisLimitStore(new RedisConnection(url))
}

// A story is one of up to 25 steps, of which each may be 70 takes of five keys.
const engines: readonly [name: string, open: () => Handles | Promise<Handles>, stories: number][] =
  [
    ['memory', memory, 300],
    ['sqlite', sqliteFile, 100],
    ['sqlite in memory', sqliteInMemory, 100],
    ['postgres', postgres, 50],
    ['redis', redis, 100],
    ['redis cluster', redisCluster, 20],
  ]

for (const [name, open, stories] of engines) {
  limitStoreContract(name, async () => open())
  limitStoreModel(name, async () => open(), stories)
}
