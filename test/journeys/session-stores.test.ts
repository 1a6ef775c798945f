import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { type App, cookieIn, jsonOf, startApp } from '../support/app.ts'
import { startMemcached } from '../support/memcached.ts'
import { startRedis } from '../support/redis.ts'

async function listed(app: App, cookie: string): Promise<unknown[]> {
  return (await jsonOf(await app.get('/sessions', { cookie })))['sessions']
}

async function restarted(app: App, options: AuthOptions): Promise<App> {
  await app.close()
  return startApp({ ...options, dataDir: app.dataDir })
}

describe.each([
  { sessionStore: 'database', survives: true, place: async () => ({}) },
  { sessionStore: 'memory', survives: false, place: async () => ({}) },
  { sessionStore: 'filesystem', survives: true, place: async () => ({}) },
  {
    sessionStore: 'redis',
    survives: true,
    place: async () => ({ redisUrl: `redis://127.0.0.1:${(await startRedis()).port}` }),
  },
  {
    sessionStore: 'memcached',
    survives: true,
    place: async () => ({ memcachedUrl: `memcached://127.0.0.1:${(await startMemcached()).port}` }),
  },
] as const)('sessions kept in $sessionStore', ({ sessionStore, survives, place }) => {
  it('go through their whole life, and a restart as promised', async () => {
    const options = { sessionStore, ...(await place()) }
    const app = await startApp(options)
    const person = await app.registered()
    const [first, second, third] = [
      await app.cookieOf(person),
      await app.cookieOf(person),
      await app.cookieOf(person),
    ]
    expect(await listed(app, first)).toHaveLength(3)

    await app.request('POST', '/logout', { cookie: second, origin: app.origin })
    expect(await app.meStatus({ cookie: second })).toBe(401)
    expect(await listed(app, first)).toHaveLength(2)

    const passwords = {
      current_password: person.password,
      new_password: 'quiet meadow telescope',
    }
    const changed = await app.postJson('/password/change', passwords, {
      cookie: first,
      origin: app.origin,
    })
    expect(changed.status, await changed.clone().text()).toBe(200)
    const renewed = cookieIn(changed)
    expect(await app.meStatus({ cookie: first })).toBe(401)
    expect(await app.meStatus({ cookie: third })).toBe(401)
    expect(await listed(app, renewed)).toHaveLength(1)

    const other = await restarted(app, options)
    expect(await other.meStatus({ cookie: renewed })).toBe(survives ? 200 : 401)
    const again = { ...person, password: passwords.new_password }
    expect(await other.meStatus({ cookie: await other.cookieOf(again) })).toBe(200)
  })
})

describe('sessions kept in Redis', () => {
  it('are kept there as soon as it is known where it is', async () => {
    const { port } = await startRedis()
    const app = await startApp({ redisUrl: `redis://127.0.0.1:${port}` })
    const cookie = await app.cookieOf(await app.registered())
    const other = await startApp({ dataDir: app.dataDir, sessionStore: 'database' })
    expect(await app.meStatus({ cookie })).toBe(200)
    expect(await other.meStatus({ cookie })).toBe(401)
  })

  it('are nobody’s while it is away: 503, not ready, and everything goes on when it is back', async () => {
    const redis = await startRedis()
    const app = await startApp({ redisUrl: `redis://127.0.0.1:${redis.port}` })
    const person = await app.registered()
    const cookie = await app.cookieOf(person)
    expect(await app.auth.ready()).toBe(true)
    redis.pause()
    expect(await app.meStatus({ cookie })).toBe(503)
    expect(await app.auth.ready()).toBe(false)
    redis.resume()
    await expect.poll(() => app.meStatus({ cookie }), { timeout: 10_000 }).toBe(200)
    expect(await app.auth.ready()).toBe(true)
  })

  it.each([
    [{ sessionStore: 'redis' }, 'redisUrl must be set where'],
    [{ sessionStore: 'memcached' }, 'memcachedUrl must be set where'],
    [{ redisUrl: 'http://127.0.0.1' }, 'redisUrl must be an address such as'],
    [{ redisUrl: 'redis://a,b' }, 'cannot be read as an address'],
  ] as const)('need a place: %j', async (options, problem) => {
    await expect(startApp(options as AuthOptions)).rejects.toThrow(problem)
  })
})
