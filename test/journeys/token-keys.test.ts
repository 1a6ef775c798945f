import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { type Duration, minutes } from '../../src/kernel/clock.ts'
import { FakeClock } from '../../src/testing/index.ts'
import { type App, jsonOf, type Person, startApp } from '../support/app.ts'
import { startMemcached } from '../support/memcached.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { startRedis } from '../support/redis.ts'
import {
  accessStatus,
  bearing,
  expectDead,
  partOf,
  postFields,
  refresh,
  refreshed,
  tokensOf,
} from '../support/tokens.ts'

const days = (count: number) => minutes(60 * 24 * count) as Duration

const keysOf = async (app: App): Promise<JsonWebKey[]> =>
  (await jsonOf(await app.get('/.well-known/jwks.json')))['keys']

describe.each(['EdDSA', 'ES256', 'RS256', 'PS256'] as const)('keys for %s', async (algorithm) => {
  const app = await startApp({ tokenAlgorithm: algorithm })
  const { access } = await tokensOf(app, await app.registered())
  const keys = await keysOf(app)

  it('are published, and nothing private with them', () => {
    expect(keys).toHaveLength(1)
    const { kid } = partOf(access, 0)
    expect(keys[0]).toMatchObject({ kid, alg: algorithm, use: 'sig' })
    const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']
    expect(Object.keys(keys[0] ?? {}).filter((name) => secret.includes(name))).toEqual([])
  })

  it('let anybody verify an access token', async () => {
    expect(partOf(access, 0)).toMatchObject({ alg: algorithm, typ: 'at+jwt' })
    const published = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' })
    const { payload } = await jwtVerify(access, published, {
      algorithms: [algorithm],
      issuer: app.origin,
      audience: app.origin,
      typ: 'at+jwt',
      currentDate: new Date(app.clock.now()),
    })
    expect(payload['sid']).toMatch(/^sn_/)
    expect(await accessStatus(app, access)).toBe(200)
  })
})

describe('a key for HS256', () => {
  it('is published nowhere: the set is empty, and the token good here', async () => {
    const app = await startApp({ tokenAlgorithm: 'HS256' })
    const { access } = await tokensOf(app, await app.registered())
    expect(partOf(access, 0)['alg']).toBe('HS256')
    expect(await keysOf(app)).toEqual([])
    expect(await accessStatus(app, access)).toBe(200)
    expect(await accessStatus(app, `${access.slice(0, -4)}AAAA`)).toBe(401)
  })
})

describe('what is told about the issuer (RFC 8414)', () => {
  it.each(['http://127.0.0.1:8000', 'https://id.mail.test.example'])(
    'is exact: %s',
    async (url) => {
      const secret = 'q7Zk3Vw9Xc2Rt5Yb8Nm1Lp4Js6Hd0Gf3a'
      const app = await startApp({ url, resourceServers: [`files:${secret}`] })
      const answer = await app.get('/.well-known/oauth-authorization-server')
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
      const metadata = await jsonOf(answer)
      expect(metadata).toMatchObject({
        issuer: url,
        token_endpoint: `${url}/token`,
        revocation_endpoint: `${url}/revoke`,
        introspection_endpoint: `${url}/introspect`,
        jwks_uri: `${url}/.well-known/jwks.json`,
        grant_types_supported: ['password', 'refresh_token'],
      })
      // Every address that it names is one: none is answered by 404.
      const named = Object.values(metadata).filter((value) => `${value}`.startsWith(url))
      for (const address of named.slice(1)) {
        const path = `${address}`.slice(url.length)
        const found = path.startsWith('/.well-known')
          ? await app.get(path)
          : await postFields(app, path, '')
        expect(found.status, path).not.toBe(404)
      }
    },
  )

  it('is said by the set of keys in the type that it has, to be kept for minutes', async () => {
    const app = await startApp()
    const answer = await app.get('/.well-known/jwks.json')
    expect(answer.headers.get('content-type')).toMatch(/^application\/(jwk-set\+)?json/)
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
    expect(answer.headers.getSetCookie()).toEqual([])
  })
})

const [old, young] = ['old', 'young'].map((name) => `${name}-R4xTq8Lw2Zk6Vb9Nc3Hm7Jd5Pf1Gs0Ya`)

async function restarted(app: App, options: AuthOptions = {}): Promise<App> {
  await app.close()
  return startApp({ ...options, dataDir: app.dataDir })
}

describe.each<[string, () => Promise<AuthOptions>]>([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('tokens, on %s,', async (_engine, place) => {
  const database = await place()

  it('stay good when the server is started again', async () => {
    const options = { ...database, secret: `${old}` }
    const before = await startApp(options)
    const tokens = await tokensOf(before, await before.registered())
    const app = await restarted(before, options)
    expect(await accessStatus(app, tokens.access)).toBe(200)
    const next = await refreshed(app, tokens.refresh)
    expect(partOf(next.access, 0)['kid']).toBe(partOf(tokens.access, 0)['kid'])
    expect(await accessStatus(app, next.access)).toBe(200)
  })

  it('are refused to be taken over under another master key: the server does not start', async () => {
    const before = await startApp({ ...database, secret: `${old}` })
    const options = { ...database, secret: `${young}` }
    await expect(restarted(before, options)).rejects.toThrow(/sealed under another master key/)
  })

  it('stay good while a new master key takes the place of the old one, and afterwards', async () => {
    const first = await startApp({ ...database, secret: `${old}` })
    const person = await first.registered()
    const [kept, other] = [await tokensOf(first, person), await tokensOf(first, person)]
    const both = await restarted(first, { ...database, secret: [`${young}`, `${old}`] })
    expect(await accessStatus(both, kept.access)).toBe(200)
    const next = await refreshed(both, kept.refresh)
    expect(await accessStatus(both, next.access)).toBe(200)

    const last = await restarted(both, { ...database, secret: `${young}` })
    for (const { access } of [kept, other, next]) expect(await accessStatus(last, access)).toBe(200)
    expect(await accessStatus(last, (await refreshed(last, next.refresh)).access)).toBe(200)
    // Of the old master key is what was never refreshed.
    expect((await refresh(last, other.refresh)).status).toBe(401)
    expect(await accessStatus(last, other.access)).toBe(200)
  })
})

describe('two nodes on one PostgreSQL', async () => {
  const shared = { databaseUrl: await freshPostgresDatabase(), secret: `${old}` }
  // At once: of two that start together one makes the key.
  const [one, two] = await Promise.all([startApp(shared), startApp(shared)])
  const person: Person = await one.registered()

  it('have one key, and accept each other’s tokens', async () => {
    expect(await keysOf(one)).toEqual(await keysOf(two))
    expect(await keysOf(one)).toHaveLength(1)
    const tokens = await tokensOf(one, person)
    expect(await accessStatus(two, tokens.access)).toBe(200)
    const next = await refreshed(two, tokens.refresh)
    expect((await refreshed(one, tokens.refresh)).refresh).toBe(next.refresh)
    expect(await accessStatus(one, next.access)).toBe(200)
  })

  it('end tokens together', async () => {
    const tokens = await tokensOf(one, person)
    expect(await accessStatus(two, tokens.access)).toBe(200)
    await one.request('POST', '/logout', bearing(tokens.access))
    await expect.poll(() => accessStatus(two, tokens.access), { timeout: 5000 }).toBe(401)
    expect((await refresh(two, tokens.refresh)).status).toBe(401)
  })
})

describe('another key', () => {
  it('of another algorithm signs from the next start on, and both are good', async () => {
    const before = await startApp()
    const person = await before.registered()
    const { access } = await tokensOf(before, person)
    const app = await restarted(before, { tokenAlgorithm: 'ES256' })
    const next = await tokensOf(app, person)
    expect(partOf(next.access, 0)['alg']).toBe('ES256')
    expect(await accessStatus(app, access)).toBe(200)
    expect(await accessStatus(app, next.access)).toBe(200)
    const named = (await keysOf(app)).map(({ alg }) => alg)
    expect(named.sort()).toEqual(['ES256', 'EdDSA'])
  })

  it('takes over after ninety days, published a day ahead; tokens of the one before are good', async () => {
    const dataDir = (await startApp()).dataDir
    const start = new FakeClock().now()
    const at = (time: Duration | number) =>
      startApp({ dataDir, clock: new FakeClock(new Date(start + time).toISOString()) })
    const person = await (await at(0)).registered()
    const first = partOf((await tokensOf(await at(days(1)), person)).access, 0)['kid']

    const before = await at(days(89))
    const soon = await keysOf(before)
    expect(soon.map(({ kid }) => kid)).toContain(first)
    expect(soon).toHaveLength(2)
    expect(partOf((await tokensOf(before, person)).access, 0)['kid']).toBe(first)

    const eve = await at(days(90) - minutes(1))
    const last = await tokensOf(eve, person)
    expect(partOf(last.access, 0)['kid']).toBe(first)
    const after = await at(days(90) + minutes(5))
    const next = await tokensOf(after, person)
    expect(partOf(next.access, 0)['kid']).not.toBe(first)
    expect(soon.map(({ kid }) => kid)).toContain(partOf(next.access, 0)['kid'])
    expect(await accessStatus(after, last.access)).toBe(200)
    expect(await accessStatus(after, next.access)).toBe(200)

    const much = await at(days(92))
    expect((await keysOf(much)).map(({ kid }) => kid)).not.toContain(first)
  })
})

describe.each([
  ['database', 200, async () => ({})],
  ['filesystem', 200, async () => ({})],
  ['sealed', 200, async () => ({})],
  ['memory', 401, async () => ({})],
  ['redis', 200, async () => ({ redisUrl: `redis://127.0.0.1:${(await startRedis()).port}` })],
  [
    'memcached',
    200,
    async () => ({ memcachedUrl: `memcached://127.0.0.1:${(await startMemcached()).port}` }),
  ],
] as const)('tokens of sessions kept in %s', (sessionStore, survives, place) => {
  it(`are answered with ${survives} after a restart, and turn like all others`, async () => {
    const options = { sessionStore, ...(await place()) }
    const before = await startApp(options)
    const person = await before.registered()
    const first = await tokensOf(before, person)
    const second = await refreshed(before, first.refresh)
    expect((await refreshed(before, first.refresh)).refresh).toBe(second.refresh)
    expect(await accessStatus(before, second.access)).toBe(200)

    const app = await restarted(before, options)
    expect(await accessStatus(app, second.access)).toBe(survives)
    expect((await refresh(app, second.refresh)).status).toBe(survives)
    const again = await tokensOf(app, person)
    const next = await refreshed(app, again.refresh)
    await app.request('POST', '/logout', bearing(next.access))
    await expectDead(app, again, next)
  })
})
