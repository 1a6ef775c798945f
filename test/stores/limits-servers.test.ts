import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Budget, Claim, LimitStore, TakeOutcome } from '../../src/core/limits/index.ts'
import { minutes, seconds } from '../../src/kernel/clock.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { RedisConnection } from '../../src/stores/redis/connection.ts'
import { RedisLimitStore } from '../../src/stores/redis/limits.ts'
import { migrate } from '../../src/stores/sql/migrate.ts'
import { openPostgres } from '../../src/stores/sql/postgres.ts'
import { PostgresLimitStore } from '../../src/stores/sql/postgres-limits.ts'
import { anInstant } from '../../src/testing/index.ts'
import { aClaim } from '../../src/testing/records.ts'
import { forget, giveBack } from '../../src/testing/settling.ts'
import { onCleanUp } from '../support/clean-up.ts'
import type { NetworkServer } from '../support/network-server.ts'
import { startPostgres } from '../support/postgres.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { redisClient, startRedis, startRedisCluster } from '../support/redis.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const five: Budget = { points: 5, window: minutes(15), grows: false }
const one: Budget = { ...five, points: 1 }

function leftOf(outcome: TakeOutcome): readonly number[] | 'refused' {
  return outcome.kind === 'taken' ? outcome.taken.map(({ left }) => left) : 'refused'
}

async function openedPostgres(url: string) {
  const db = openPostgres({ url })
  onCleanUp(() => db.close())
  await migrate(db, start)
  return { db, store: new PostgresLimitStore(db) }
}

describe('counters in PostgreSQL', () => {
  it('leave nothing behind of keys whose takes were refused because of others', async () => {
    const { db, store } = await openedPostgres(await freshPostgresDatabase())
    const spent = aClaim(one)
    await store.take([spent], start)
    const flood = Array.from({ length: 50 }, () => store.take([aClaim(five), spent], start))
    expect(new Set((await Promise.all(flood)).map(leftOf))).toEqual(new Set(['refused']))
    const { rows } = await sql`select key from limit_tallies`.execute(db.kysely)
    expect(rows).toEqual([{ key: spent.key }])
  })

  it('are swept while others take, and nobody waits in a circle', async () => {
    const { store } = await openedPostgres(await freshPostgresDatabase())
    const claims = Array.from({ length: 8 }, () => aClaim({ ...five, window: seconds(1) }))
    const takers = Array.from({ length: 100 }, async (_, at) => {
      const now = (start + at * 500) as typeof start
      const order = at % 2 ? claims : [...claims].reverse()
      await Promise.all([store.take(order, now), store.sweep(now, 3)])
    })
    await Promise.all(takers)
    const past = anInstant('2030-01-02T00:00:00Z')
    while ((await store.sweep(past, 3)) > 0);
    expect(leftOf(await store.take(claims, past))).toEqual(claims.map(() => 4))
  })

  it('begin anew after a crash of the server, and only after that', async () => {
    const server = await startPostgres({ durable: true })
    const { store } = await openedPostgres(await server.createDatabase())
    const claim = aClaim(five)
    await store.take([claim], start)
    await server.restart()
    expect(leftOf(await again(() => store.take([claim], start)))).toEqual([3])
    await server.kill()
    await expect(store.take([claim], start)).rejects.toThrow(StoreUnavailableError)
    await server.start()
    expect(leftOf(await again(() => store.take([claim], start)))).toEqual([4])
  })
})

/** Connections of before find out one by one. */
async function again<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
    }
  }
}

describe('counters in Redis', () => {
  let server: NetworkServer
  beforeAll(async () => {
    server = await startRedis()
  })

  function opened(url = `redis://127.0.0.1:${server.port}`): LimitStore {
    const store = new RedisLimitStore(new RedisConnection(url))
    onCleanUp(() => store.close())
    return store
  }

  it('are kept as long as they matter, and their keys tell whose they are', async () => {
    const [store, client] = [opened(), redisClient(server)]
    await client.flushall()
    const [short, long] = [aClaim(one), aClaim({ ...one, grows: true })]
    await store.take([short, long], start)
    await store.take([long], start)
    const outcome = await store.take([aClaim(five)], start)
    if (outcome.kind === 'taken') await giveBack(store, outcome.taken)
    const lives = { [short.key]: minutes(15), [long.key]: minutes(24 * 60) }
    const keys = await client.keys('*')
    expect(keys.sort()).toEqual(
      Object.keys(lives)
        .map((key) => `sallyport:limit:${key}`)
        .sort(),
    )
    for (const [key, life] of Object.entries(lives)) {
      const left = await client.pttl(`sallyport:limit:${key}`)
      expect(left).toBeGreaterThan(life - 60_000)
      expect(left).toBeLessThanOrEqual(life)
    }
  })

  it('are counted by scripts that are sent again to who has forgotten them', async () => {
    const store = opened()
    const claim = aClaim(five)
    await store.take([claim], start)
    await redisClient(server).script('FLUSH')
    expect(leftOf(await store.take([claim], start))).toEqual([3])
  })

  it('begin anew where they were emptied', async () => {
    const store = opened()
    const claim = aClaim(one)
    const outcome = await store.take([claim], start)
    await redisClient(server).flushall()
    if (outcome.kind === 'taken') await giveBack(store, outcome.taken)
    expect(leftOf(await store.take([claim], start))).toEqual([0])
  })

  it('are unavailable within three seconds where nothing answers, and go on after it', async () => {
    const own = await startRedis()
    const store = opened(`redis://127.0.0.1:${own.port}`)
    const claim = aClaim(five)
    await store.take([claim], start)
    own.pause()
    const began = performance.now()
    await expect(store.take([claim], start)).rejects.toThrow(StoreUnavailableError)
    await expect(forget(store, [claim.key])).rejects.toThrow(StoreUnavailableError)
    await own.kill()
    await expect(giveBack(store, [])).rejects.toThrow(StoreUnavailableError)
    expect(performance.now() - began).toBeLessThan(6000)
    await own.start()
    expect(leftOf(await again(() => store.take([aClaim(five)], start)))).toEqual([4])
  })
})

describe('counters in a Redis cluster', () => {
  it('let nobody through of whom a node that is gone should have counted', async () => {
    const nodes = await startRedisCluster()
    const url = `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
    const store = new RedisLimitStore(new RedisConnection(url))
    onCleanUp(() => store.close())
    const sets = Array.from({ length: 20 }, () => [1, 2, 3, 4, 5, 6].map(() => aClaim(five)))
    for (const claims of sets) await store.take(claims, start)
    await nodes[0]?.kill()
    const takes = sets.map((claims) => store.take(claims, start))
    const answers = await Promise.allSettled(takes)
    expect(answers.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(StoreUnavailableError)
    }
  })

  it('undo what some nodes have given where another refuses, whoever comes between', async () => {
    const nodes = await startRedisCluster()
    const url = `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
    const [store, other] = [1, 2].map(() => new RedisLimitStore(new RedisConnection(url)))
    onCleanUp(() => Promise.all([store?.close(), other?.close()]))
    const shared = [1, 2, 3].map(() => aClaim({ ...five, points: 60 }))
    const spent = aClaim(one)
    await store?.take([spent], start)
    const callers = Array.from({ length: 40 }, async (_, at) => {
      const node = (at % 2 ? store : other) as LimitStore
      const now = (start + at) as typeof start
      const claims: Claim[] = at % 4 === 0 ? shared : [...shared, spent]
      return leftOf(await node.take(claims, now))
    })
    const answers = await Promise.all(callers)
    const taken = answers.filter((answer) => answer !== 'refused').length
    expect(taken).toBe(10)
    expect(leftOf((await store?.take(shared, start)) as TakeOutcome)).toEqual([49, 49, 49])
  })
})
