import { join, resolve } from 'node:path'
import type { Configuration } from './config/index.ts'
import { KnownDevices, type LimitStore, Limits } from './core/limits/index.ts'
import type { Log } from './http/context.ts'
import type { Clock } from './kernel/clock.ts'
import type { KeyRing } from './kernel/key-ring.ts'
import type { Random } from './kernel/random.ts'
import type { Meters } from './metrics/meters.ts'
import { FallbackLimitStore } from './stores/fallback-limits.ts'
import { MemoryLimitStore } from './stores/memory/limits.ts'
import { RedisConnection } from './stores/redis/connection.ts'
import { RedisLimitStore } from './stores/redis/limits.ts'
import { SettlingLimitStore } from './stores/settling-limits.ts'
import type { Database } from './stores/sql/database.ts'
import { PostgresLimitStore } from './stores/sql/postgres-limits.ts'
import { openSqliteLimitStore } from './stores/sql/sqlite-limits.ts'
import type { UnitDatabase } from './stores/sql/unit-of-work.ts'

export interface LimitingPlace {
  readonly configuration: Configuration
  readonly database: UnitDatabase
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: Random
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly meters: Meters
}

/** Limits, where they are counted, and the devices that they know. */
export interface Limiting {
  readonly limits: Limits
  readonly knownDevices: KnownDevices
  readonly close: () => Promise<void>
}

export function openLimiting({ configuration, database, ...ports }: LimitingPlace): Limiting {
  const { log, meters } = ports
  const store = new FallbackLimitStore({
    // What was tried has been tried, whatever is undone.
    shared: new SettlingLimitStore(openLimitStore(configuration, database.outside), {
      failed: (err) => log.warn({ err }, 'points of limits could not be given back'),
    }),
    local: new MemoryLimitStore(),
    report: (fault) => {
      meters.limitFallback(fault !== undefined)
      if (fault) log.warn({ err: fault }, outage)
      else log.info({}, 'limits are counted again where all nodes count')
    },
  })
  const knownDevices = new KnownDevices(ports)
  const limits = new Limits({
    store,
    budgets: configuration.limits,
    devices: knownDevices,
    ...ports,
  })
  return { limits, knownDevices, close: () => store.close() }
}

const outage =
  'limits cannot be counted where all nodes count: each counts by itself, to half, and nobody signs in with what can be guessed'

/** In Redis where there is one; else where the accounts are, so that all nodes, or all workers, count as one. */
function openLimitStore(configuration: Configuration, database: Database): LimitStore {
  const { redis_url, database_url, data_dir } = configuration
  if (redis_url) return new RedisLimitStore(new RedisConnection(redis_url.expose()))
  if (database_url) return new PostgresLimitStore(database)
  return openSqliteLimitStore(join(resolve(data_dir), 'limits.db'))
}
