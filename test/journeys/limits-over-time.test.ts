import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, type Person, startApp } from '../support/app.ts'
import { attempt, cheapHashes, countsOf, strangersTry, wrongPassword } from '../support/places.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { startRedis } from '../support/redis.ts'

const options = { ...cheapHashes, limits: 'registration=off' } as const
const home = '192.0.2.1'
const day = 24 * 60

async function fail(app: App, { email }: Person, count = 1): Promise<number[]> {
  const statuses: number[] = []
  for (let at = 0; at < count; at += 1) {
    statuses.push((await attempt(app, home, { email, password: wrongPassword })).status)
  }
  return statuses
}

describe('whoever goes on with wrong passwords', () => {
  it('may try once more each time a wait has passed, which doubles, until it is five in a day', async () => {
    const app = await startApp(options)
    const ann = await app.registered()
    await fail(app, ann, 5)
    const tried: number[] = []
    for (let minute = 5; minute <= 5 * day; minute += 5) {
      app.clock.advance(minutes(5))
      const [status] = await fail(app, ann)
      if (status === 401) tried.push(minute)
    }
    const [grown, after] = [tried.slice(0, 7), tried.slice(7)]
    expect(grown).toEqual([15, 30, 60, 120, 240, 495, 990])
    // From then on five in any day.
    const fiveLater = after.slice(5).map((minute, at) => minute - (after[at] as number))
    expect(fiveLater.length).toBeGreaterThan(10)
    expect(Math.min(...fiveLater)).toBeGreaterThanOrEqual(day)
  }, 60_000)

  it('begins anew after a day without a try, and after a success', async () => {
    const app = await startApp(options)
    const [ann, bob] = [await app.registered(), await app.registered()]
    for (const one of [ann, bob]) {
      await fail(app, one, 5)
      app.clock.advance(minutes(15))
      await fail(app, one, 1)
    }
    app.clock.advance(minutes(30))
    expect((await attempt(app, home, bob)).status).toBe(200)
    expect(countsOf(await fail(app, bob, 4))).toEqual({ 401: 4 })
    app.clock.advance(minutes(day))
    expect(countsOf(await fail(app, ann, 5))).toEqual({ 401: 5 })
  })
})

describe.each<[string, () => Promise<AuthOptions>]>([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
  ['Redis', async () => ({ redisUrl: `redis://127.0.0.1:${(await startRedis()).port}` })],
])('counters on %s', (_, place) => {
  it('are what they were after a restart, and so are a hundred failures in a row', async () => {
    const opened = { ...options, ...(await place()) }
    const before = await startApp(opened)
    const [ann, bob] = [await before.registered(), await before.registered()]
    for (let hour = 0; hour < 4; hour += 1) {
      await strangersTry(before, bob, { from: 30 * hour, count: 25 })
      before.clock.advance(minutes(60))
    }
    await fail(before, ann, 5)
    await before.close()

    const app = await startApp({ ...opened, dataDir: before.dataDir })
    app.clock.advance(before.clock.now() - app.clock.now())
    expect(await fail(app, ann)).toEqual([429])
    expect((await attempt(app, home, ann)).status).toBe(429)
    expect((await attempt(app, '203.0.113.5', bob)).status).toBe(401)
    app.clock.advance(minutes(15))
    expect((await attempt(app, home, ann)).status).toBe(200)
  })
})
