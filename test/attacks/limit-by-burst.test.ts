import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { type App, type Person, startApp } from '../support/app.ts'
import { attempt, cheapHashes, countsOf, refusedFor, strangerAt } from '../support/places.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { startRedis } from '../support/redis.ts'

type Place = () => Promise<AuthOptions>

const sqlite: Place = async () => ({})
const postgres: Place = async () => ({ databaseUrl: await freshPostgresDatabase() })
const redis: Place = async () => ({
  ...(await postgres()),
  redisUrl: `redis://127.0.0.1:${(await startRedis()).port}`,
})

/** As many nodes as are wanted, which have one database, and one Redis where there is one. */
async function nodesOn(place: Place, count: number, limits: string): Promise<App[]> {
  const options = { ...cheapHashes, ...(await place()), limits }
  const first = await startApp(options)
  const others = Array.from({ length: count - 1 }, () =>
    startApp({ ...options, dataDir: first.dataDir }),
  )
  return [first, ...(await Promise.all(others))]
}

/**
 * How many of 200 guesses at once have been looked at, on all nodes together. A node that has too much to do at that
 * moment says 503, and has not looked at it.
 */
async function evaluated(
  nodes: readonly App[],
  people: readonly Pick<Person, 'email'>[],
  addressOf: (at: number) => string,
) {
  const lookedAt = () => nodes.reduce((sum, node) => sum + refusedFor(node, 'wrong_password'), 0)
  const before = lookedAt()
  const guesses = Array.from({ length: 200 }, (_, at) => {
    const { email } = people[at % people.length] as Person
    return attempt(nodes[at % nodes.length] as App, addressOf(at), { email })
  })
  const statuses = (await Promise.all(guesses)).map(({ status }) => status)
  const looked = lookedAt() - before
  const { 401: refused = 0, 429: limited = 0, 503: busy = 0 } = countsOf(statuses)
  expect([refused, refused + limited + busy]).toEqual([looked, 200])
  return { looked, busy }
}

function expectNoMoreThan(most: number, { looked, busy }: { looked: number; busy: number }): void {
  expect(looked).toBeLessThanOrEqual(most)
  expect(looked + busy).toBeGreaterThanOrEqual(most)
}

describe.each<[string, Place, number]>([
  ['SQLite', sqlite, 1],
  ['PostgreSQL', postgres, 1],
  ['two nodes with one data folder', sqlite, 2],
  ['two nodes with one PostgreSQL', postgres, 2],
  ['two nodes with one Redis', redis, 2],
])('two hundred guesses at the same moment, on %s,', (_, place, count) => {
  it('are five from one network, and thirty at one account from anywhere', async () => {
    const nodes = await nodesOn(place, count, 'registration=off,sign_in=off')
    const [app] = nodes as [App, ...App[]]
    const [ann, bob] = [await app.registered(), await app.registered()]
    expectNoMoreThan(5, await evaluated(nodes, [ann], () => '203.0.113.1'))
    expectNoMoreThan(30, await evaluated(nodes, [bob], strangerAt))
  })

  it('are five from one network, at however many accounts', async () => {
    const nodes = await nodesOn(place, count, 'registration=off')
    const [app] = nodes as [App, ...App[]]
    const people: Person[] = []
    for (let at = 0; at < 9; at += 1) people.push(await app.registered())
    expectNoMoreThan(5, await evaluated(nodes, people, () => '203.0.113.1'))
  })
})
