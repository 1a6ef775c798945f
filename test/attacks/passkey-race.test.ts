import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { type App, asJson, startApp } from '../support/app.ts'
import {
  addKey,
  confirmAsked,
  cookieNamed,
  creation,
  factorAsked,
  keyed,
  removeKey,
  signInAsked,
} from '../support/passkeys.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { factorsOf, guarded, outcome, pendingOf, post, prove } from '../support/second-factor.ts'
import { SoftAuthenticator } from '../support/soft-passkey.ts'
import { bearing } from '../support/tokens.ts'

const times = (count: number) => Array.from({ length: count }, (_, at) => at)

describe.each<[string, () => Promise<AuthOptions>]>([
  ['SQLite', async () => ({})],
  ['SQLite, with sealed sessions', async () => ({ sessionStore: 'sealed' })],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('at once, on %s,', async (_engine, database) => {
  const place = await database()
  const app = await startApp(place)
  const { origin } = app

  /** A second node on the same database: the race is decided there, not in a process. */
  const other = await startApp({ ...place, dataDir: app.dataDir })
  const strict = await startApp({ ...place, dataDir: app.dataDir, requireMfa: 'all' })
  const node = (at: number): App => (at % 2 ? other : app)

  async function accepted(answers: readonly Promise<Response>[]): Promise<Response[]> {
    const all = await Promise.all(answers)
    for (const answer of all) expect(answer.status, await answer.clone().text()).toBeLessThan(500)
    return all.filter(({ ok }) => ok)
  }

  it('one answer to a sign-in gives one session', async () => {
    const { key } = await keyed(app)
    const { cookie, publicKey } = await signInAsked(app)
    const body = { credential: key.get(publicKey, { origin }), transport: 'bearer' }
    const signedIn = times(16).map((at) => post(node(at), '/login/passkey', body, cookie))
    expect(await accepted(signedIn)).toHaveLength(1)
  })

  it('one answer in the second step gives one session', async () => {
    const { key, person } = await keyed(app)
    const pending = await pendingOf(app, person)
    const credential = key.get(await factorAsked(app, pending), { origin })
    const proved = times(16).map((at) => prove(node(at), pending, { credential } as never))
    expect(await accepted(proved)).toHaveLength(1)
  })

  it('one answer confirms one session once', async () => {
    const { key, cookie } = await keyed(app)
    const credential = key.get(await confirmAsked(app, cookie), { origin })
    const confirmed = times(16).map((at) => post(node(at), '/confirm', { credential }, cookie))
    expect(await accepted(confirmed)).toHaveLength(1)
  })

  it('one answer confirms or removes, and never both', async () => {
    for (const _ of times(3)) {
      const { key, cookie, id } = await keyed(app)
      const credential = key.get(await confirmAsked(app, cookie), { origin })
      const answers = [
        post(other, '/confirm', { credential }, cookie),
        removeKey(app, id, cookie, { credential }),
      ]
      expect(await accepted(answers)).toHaveLength(1)
    }
  })

  it('one new passkey is added once', async () => {
    const cookie = await app.cookieOf(await app.registered())
    const credential = await creation(app, cookie, new SoftAuthenticator())
    const added = await accepted(
      times(16).map((at) => post(node(at), '/passkeys', { credential }, cookie)),
    )
    expect(added).toHaveLength(1)
    const session = cookieNamed(added[0] as Response, 'sallyport') as string
    expect(await factorsOf(other, session)).toMatchObject({ passkeys: { count: 1 } })
  })

  it('one credential id claimed by sixteen accounts belongs to one', async () => {
    const attestedId = randomBytes(32)
    const claims: [string, unknown][] = []
    for (const _ of times(16)) {
      const cookie = await app.cookieOf(await app.registered())
      claims.push([cookie, await creation(app, cookie, new SoftAuthenticator(), { attestedId })])
    }
    const added = claims.map(([cookie, credential], at) =>
      post(node(at), '/passkeys', { credential }, cookie),
    )
    expect(await accepted(added)).toHaveLength(1)
  })

  it('one count of a passkey and its copy signs in once', async () => {
    const { key } = await keyed(app, undefined, { counts: true })
    const asked = await Promise.all(times(16).map(() => signInAsked(app)))
    const signedIn = asked.map(({ cookie, publicKey }, at) => {
      const credential = key.get(publicKey, { origin, counter: 9 })
      return post(node(at), '/login/passkey', { credential, transport: 'bearer' }, cookie)
    })
    expect(await accepted(signedIn)).toHaveLength(1)
  })

  it('the last required factor stays', async () => {
    const first = await keyed(app)
    const second = await addKey(app, first.cookie)
    const strictOnes = times(16).map((at) =>
      removeKey(strict, at % 2 ? first.id : second.id, second.cookie, {
        recovery_code: first.recoveryCodes[at % 10],
      }),
    )
    expect(await accepted(strictOnes)).toHaveLength(1)
    const { email, password } = first.person
    const answer = await app.postJson('/login', { email, password, transport: 'bearer' })
    expect(await answer.text()).toContain('"requires_mfa":true')
  })

  it('a passkey that is removed signs nobody in who stays', async () => {
    for (const round of times(4)) {
      const { key, id, cookie, recoveryCodes } = await keyed(app)
      const asked = await Promise.all(times(6).map(() => signInAsked(app)))
      const signIns = asked.map((one, at) =>
        post(
          node(at),
          '/login/passkey',
          { credential: key.get(one.publicKey, { origin }), transport: 'bearer' },
          one.cookie,
        ),
      )
      await Promise.all(signIns.slice(0, round))
      const removed = await removeKey(other, id, cookie, { recovery_code: recoveryCodes[0] })
      expect(removed.status).toBe(200)
      for (const answer of await Promise.all(signIns)) {
        const { session_id } = JSON.parse(await answer.text())
        if (session_id) expect(await app.meStatus(bearing(session_id))).toBe(401)
      }
    }
  })

  it('a password alone signs nobody in past a passkey that is added meanwhile', async () => {
    for (const round of times(4)) {
      const { email, password } = await app.registered()
      const login = await app.postJson('/login', { email, password })
      const cookie = cookieNamed(login, 'sallyport') as string
      const credential = await creation(app, cookie, new SoftAuthenticator())
      const signIns = times(6).map((at) =>
        node(at).postJson('/login', { email, password, transport: 'bearer' }),
      )
      await Promise.all(signIns.slice(0, round * 2))
      expect((await post(app, '/passkeys', { credential }, cookie)).status).toBe(201)
      for (const answer of await Promise.all(signIns)) {
        const { session_id } = JSON.parse(await answer.text())
        if (session_id) expect(await other.meStatus(bearing(session_id))).toBe(401)
      }
    }
  })

  it('a trusted device opens nothing once its trust has ended', async () => {
    for (const round of times(4)) {
      const ann = await guarded(app, undefined, [other, strict])
      const { email, password } = ann.person
      const body = { email, password, totp_token: ann.next(), trust_device: true }
      const full = await app.postJson('/login', body)
      const [session, device] = ['sallyport', 'sallyport_device'].map((name) =>
        cookieNamed(full, name),
      ) as [string, string]
      const login = (at: number) =>
        node(at).postJson('/login', { email, password, transport: 'bearer' }, { cookie: device })
      const signIns = times(6).map(login)
      await Promise.all(signIns.slice(0, round * 2))
      const headers = { cookie: session, origin }
      expect((await other.request('DELETE', '/sessions', headers)).ok).toBe(true)
      for (const answer of await Promise.all(signIns)) {
        const { session_id } = JSON.parse(await answer.text())
        if (session_id) expect(await app.meStatus(bearing(session_id))).toBe(401)
      }
      expect(await (await login(0)).text()).toContain('"requires_mfa":true')
    }
  })

  it('what one node was asked, the other knows', async () => {
    const { key, id, cookie, recoveryCodes } = await keyed(app)
    const asked = await signInAsked(app)
    const credential = key.get(asked.publicKey, { origin })
    const answer = await post(other, '/login/passkey', { credential }, asked.cookie)
    expect(await outcome(answer)).toBe(200)
    const body = JSON.stringify({ recovery_code: recoveryCodes[0] })
    const headers = { ...asJson, cookie, origin }
    expect((await other.request('DELETE', `/passkeys/${id}`, headers, body)).status).toBe(200)
    const late = await signInAsked(other)
    const again = key.get(late.publicKey, { origin })
    const refused = await post(app, '/login/passkey', { credential: again }, late.cookie)
    expect(await outcome(refused)).toBe('passkey_refused')
  })
})
