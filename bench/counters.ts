import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { defaultBudgets, KnownDevices, type LimitStore, Limits } from '../src/core/limits/index.ts'
import { systemClock } from '../src/kernel/clock.ts'
import { KeyRing } from '../src/kernel/key-ring.ts'
import { systemRandom } from '../src/kernel/random.ts'
import { Secret } from '../src/kernel/secret.ts'
import { MemoryLimitStore } from '../src/stores/memory/limits.ts'
import { RedisConnection } from '../src/stores/redis/connection.ts'
import { RedisLimitStore } from '../src/stores/redis/limits.ts'
import { migrate } from '../src/stores/sql/migrate.ts'
import { openPostgres } from '../src/stores/sql/postgres.ts'
import { PostgresLimitStore } from '../src/stores/sql/postgres-limits.ts'
import { openSqliteLimitStore } from '../src/stores/sql/sqlite-limits.ts'
import { beside } from './attempts.ts'
import type { GuardedPlaces } from './guarded.ts'
import { SpoiltRun, type Variant } from './plan.ts'
import { createDatabase } from './stocks.ts'
import { timed } from './timed.ts'
import type { Worked } from './usage.ts'

/** What one sign-in asks of the counters, from its first point to the last that it is given back. */
export async function counterVariants(places: GuardedPlaces): Promise<Variant[]> {
  const { folder, postgres, redis } = places
  const inSqlite = openSqliteLimitStore(join(folder, 'counters.db'))
  const inRedis = new RedisLimitStore(new RedisConnection(redis.url))
  for (const store of [inSqlite, inRedis]) places.stack.defer(() => store.close?.())
  return [
    counting('memory', new MemoryLimitStore()),
    counting('SQLite', inSqlite),
    counting('PostgreSQL', await inPostgres(places), postgres),
    counting('Redis', inRedis, redis),
  ]
}

async function inPostgres({ stack, postgres }: GuardedPlaces): Promise<LimitStore> {
  const database = openPostgres({ url: await createDatabase(postgres.url, 'counters') })
  stack.defer(() => database.close())
  await migrate(database, systemClock.now())
  return new PostgresLimitStore(database)
}

function counting(name: string, store: LimitStore, worked?: Worked): Variant {
  const keys = new KeyRing([new Secret(randomBytes(32).toString('hex'))])
  const ports = { keys, clock: systemClock, random: systemRandom }
  const devices = new KnownDevices(ports)
  const limits = new Limits({ store, budgets: defaultBudgets, devices, ...ports })
  let turn = 0
  const signIn = async () => {
    turn += 1
    const network = `network ${turn}`
    const entry = await limits.take(['sign_in'], network)
    const guess = await limits.guess('password', `somebody ${turn % 100}`, { network })
    if (entry.kind === 'limited' || guess.kind === 'limited') throw new SpoiltRun('a limit was hit')
    await guess.right()
    await limits.giveBack(entry.taken)
  }
  return {
    name: `counting a sign-in, ${name}`,
    run: beside(worked, (milliseconds) => timed(milliseconds, 1, signIn)),
  }
}
