import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, jsonOf, type Person, startApp } from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import {
  accessStatus,
  bearing,
  expectDead,
  partOf,
  postFields,
  refreshed,
  type Tokens,
  tokensIn,
  tokensOf,
} from '../support/tokens.ts'

const server = 'files:q7Zk3Vw9Xc2Rt5Yb8Nm1Lp4Js6Hd0Gf3a'

async function isActive(app: App, token: string): Promise<boolean> {
  const headers = { authorization: `Basic ${btoa(server)}` }
  const answer = await jsonOf(await postFields(app, '/introspect', { token }, headers))
  if (answer['active'] !== true) expect(answer).toEqual({ active: false })
  return answer['active']
}

type End = (app: App, tokens: Tokens, person: Person) => Promise<Response>

const passwords = (person: Person) => ({
  current_password: person.password,
  new_password: person.password.startsWith('v')
    ? 'quiet meadow telescope'
    : 'violet harbour lantern',
})

/** What ends a sign-in, by whom, and whether it ends the account's others as well. */
const ends: [string, 'one' | 'all', End][] = [
  ['logout', 'one', (app, { access }) => app.request('POST', '/logout', bearing(access))],
  [
    'logout with the token in a cookie',
    'one',
    (app, { access }) => app.postJson('/logout', {}, { cookie: `access_token=${access}` }),
  ],
  [
    'logout with a token that has expired',
    'one',
    (app, { access }) => {
      app.clock.advance(minutes(16))
      return app.request('POST', '/logout', bearing(access))
    },
  ],
  [
    'revocation of the access token',
    'one',
    (app, { access }) => postFields(app, '/revoke', { token: access }),
  ],
  [
    'revocation of the refresh token',
    'one',
    (app, { refresh }) => postFields(app, '/revoke', { token: refresh }),
  ],
  [
    'revocation with a wrong hint of its type',
    'one',
    (app, tokens) =>
      postFields(app, '/revoke', { token: tokens.refresh, token_type_hint: 'access_token' }),
  ],
  [
    'the next sign-in of the same browser',
    'one',
    (app, { access }, { email, password }) => {
      const login = { email, password, transport: 'token-cookie' }
      return app.postJson('/login', login, { cookie: `access_token=${access}` })
    },
  ],
  [
    'ending it from another sign-in',
    'one',
    async (app, { access }, person) => {
      const cookie = await app.cookieOf(person)
      return app.request('DELETE', `/sessions/${partOf(access, 1)['sid']}`, { cookie })
    },
  ],
  [
    'ending all others from another sign-in',
    'all',
    async (app, _, person) => {
      const other = await tokensOf(app, person)
      return app.request('DELETE', '/sessions', bearing(other.access))
    },
  ],
  [
    'a changed password',
    'all',
    async (app, _, person) => {
      const cookie = await app.cookieOf(person)
      const answer = await app.postJson('/password/change', passwords(person), { cookie })
      Object.assign(person, { password: passwords(person).new_password })
      return answer
    },
  ],
]

describe.each<[string, () => Promise<AuthOptions>]>([
  ['the SQLite database', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
  ['memory', async () => ({ sessionStore: 'memory' })],
  ['files', async () => ({ sessionStore: 'filesystem' })],
  ['sealed cookies', async () => ({ sessionStore: 'sealed' })],
])('tokens that somebody kept, with sessions in %s', async (_place, options) => {
  const app = await startApp({ ...(await options()), resourceServers: [server] })
  const person = { ...(await app.registered()) }

  it.each(ends)('open nothing after %s', async (_what, scope, end) => {
    const old = await tokensOf(app, person)
    const tokens = await refreshed(app, old.refresh)
    const bystander = await tokensOf(app, person)
    expect(await accessStatus(app, tokens.access)).toBe(200)
    expect(await isActive(app, tokens.access)).toBe(true)

    const answer = await end(app, tokens, person)
    expect(answer.status, await answer.clone().text()).toBeLessThan(300)
    for (const { access } of [old, tokens]) {
      expect(await isActive(app, access)).toBe(false)
      expect(await app.auth.authenticate({ headers: bearing(access) })).toBeUndefined()
    }
    await expectDead(app, tokens, old)
    if (scope === 'all') await expectDead(app, bystander)
    else {
      const { access } = await refreshed(app, bystander.refresh)
      expect(await accessStatus(app, access)).toBe(200)
    }
  })
})

describe('tokens of an account that was disabled', () => {
  it('open nothing from that moment on', async () => {
    const app = await startApp({ resourceServers: [server] })
    const person = await app.registered()
    const tokens = await tokensOf(app, person)
    await app.setStatus(person, 'disabled')
    expect(await isActive(app, tokens.access)).toBe(false)
    await expectDead(app, tokens)
    const login = { email: person.email, password: person.password, transport: 'token' }
    expect((await app.postJson('/login', login)).status).toBe(401)
    await app.setStatus(person, 'active')
    await expectDead(app, tokens)
  })
})

describe('tokens of the sign-in that changed its password', () => {
  it('open nothing any more: there are new ones in the answer', async () => {
    const app = await startApp()
    const person = { ...(await app.registered()) }
    const tokens = await tokensOf(app, person)
    const path = '/password/change'
    const answer = await app.postJson(path, passwords(person), bearing(tokens.access))
    const next = await tokensIn(answer)
    await expectDead(app, tokens)
    expect(await accessStatus(app, (await refreshed(app, next.refresh)).access)).toBe(200)
    expect(await accessStatus(app, next.access)).toBe(200)
  })
})
