import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../src/index.ts'
import { type App, jsonOf, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import {
  enrolment,
  factorsOf,
  guarded,
  outcome,
  pendingOf,
  post,
  prove,
  remove,
  setUp,
  signInWith,
} from '../support/second-factor.ts'
import { bearing, refresh } from '../support/tokens.ts'

const times = (count: number) => Array.from({ length: count }, (_, at) => at)

describe.each<[string, () => Promise<AuthOptions>]>([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('at once, on %s,', async (_engine, database) => {
  const place = await database()
  const app = await startApp(place)

  /** A second node on the same database: the race is decided there, not in a process. */
  const other = await startApp({ ...place, dataDir: app.dataDir })
  const node = (at: number): App => (at % 2 ? other : app)
  const somebody = () => guarded(app, undefined, [other])

  /** How often each outcome came. */
  async function tally(answers: readonly Promise<Response>[]): Promise<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const answer of await Promise.all(answers)) {
      const found = await outcome(answer)
      counts[found] = (counts[found] ?? 0) + 1
    }
    return counts
  }

  it('one code given to fifty pending logins signs in once', async () => {
    const ann = await somebody()
    const pending = await Promise.all(times(50).map(() => pendingOf(app, ann.person)))
    const code = ann.next()
    const counts = await tally(pending.map((token, at) => prove(node(at), token, { code })))
    expect(counts).toEqual({ 200: 1, wrong_code: 49 })
  })

  it('one code given five times to one pending login signs in once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ann = await somebody()
      const pending = await pendingOf(app, ann.person)
      const code = ann.next()
      const counts = await tally(times(5).map((at) => prove(node(at), pending, { code })))
      expect(counts[200]).toBe(1)
      expect((counts['wrong_code'] ?? 0) + (counts['login_expired'] ?? 0)).toBe(4)
    }
  })

  it('five right answers of different kinds give one session to one pending login', async () => {
    const ann = await somebody()
    const pending = await pendingOf(app, ann.person)
    const code = ann.next()
    const proofs = [
      { code },
      ...ann.recoveryCodes.slice(0, 4).map((recovery_code) => ({ recovery_code })),
    ]
    const counts = await tally(proofs.map((proof, at) => prove(node(at), pending, proof)))
    expect(counts[200]).toBe(1)
  })

  it('one code given with twenty passwords signs in once', async () => {
    const ann = await somebody()
    const { email, password } = ann.person
    const body = { email, password, transport: 'bearer', totp_token: ann.next() }
    const counts = await tally(times(20).map((at) => node(at).postJson('/login', body)))
    expect(counts).toEqual({ 200: 1, wrong_code: 19 })
  })

  it('one code signs in or removes the app, and never both', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ann = await somebody()
      const pending = await pendingOf(app, ann.person)
      const code = ann.next()
      const counts = await tally([
        remove(other, ann.cookie, { code }),
        prove(app, pending, { code }),
      ])
      expect(counts[200]).toBe(1)
    }
  })

  it('fifty guesses at one pending login are five tries', async () => {
    const ann = await somebody()
    const pending = await pendingOf(app, ann.person)
    ann.next()
    const guesses = times(50).map((at) => prove(node(at), pending, { code: ann.wrong() }))
    expect(await tally(guesses)).toEqual({ wrong_code: 5, login_expired: 45 })
    expect(await outcome(await prove(app, pending, { code: ann.shown() }))).toBe('login_expired')
    expect(await signInWith(app, ann.person, { code: ann.shown() })).toBe(200)
  })

  it('a hundred wrong codes are counted one by one: the app is disabled, not sooner', async () => {
    const [ann, bob] = [await somebody(), await somebody()]
    const wrongCodes = async ({ person, wrong }: typeof ann, count: number) => {
      const logins = Math.ceil(count / 5)
      const pending = await Promise.all(times(logins).map((at) => pendingOf(node(at), person)))
      const guesses = times(count).map((at) =>
        prove(node(at), pending[at % logins] as string, { code: wrong() }),
      )
      expect(await tally(guesses)).toEqual({ wrong_code: count })
    }
    await wrongCodes(ann, 99)
    await wrongCodes(bob, 100)
    ann.next()
    expect(await signInWith(app, ann.person, { code: ann.shown() })).toBe(200)
    expect(await signInWith(app, bob.person, { code: bob.shown() })).toBe('wrong_code')
  })

  it('an app set up twice is set up once', async () => {
    const cookie = await app.cookieOf(await app.registered())
    const { id, secret } = await enrolment(app, cookie)
    const body = { id, code: codeNow(secret, app.clock.now()) }
    const answers = await Promise.all(
      times(10).map((at) => post(node(at), '/factors/totp/confirm', body, cookie)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
  })

  it('what one node has set up or removed, the other knows with the next request', async () => {
    for (let round = 0; round < 3; round += 1) {
      const person = await app.registered()
      const cookie = await other.cookieOf(person)
      await app.cookieOf(person)
      const ann = await setUp(app, cookie, [other])
      await pendingOf(other, person)
      const [recovery_code] = ann.recoveryCodes
      expect(await signInWith(other, person, { recovery_code })).toBe(200)
      expect(await signInWith(app, person, { recovery_code })).toBe('wrong_code')
      expect(await factorsOf(app, ann.cookie)).toMatchObject({ recovery_codes: { left: 9 } })
      const code = ann.next()
      expect(await signInWith(other, person, { code })).toBe(200)
      expect(await signInWith(app, person, { code })).toBe('wrong_code')
      expect((await remove(other, ann.cookie, { code: ann.next() })).status).toBe(200)
      expect(await app.meStatus({ cookie: await app.cookieOf(person) })).toBe(200)
    }
  })

  it('a password alone signs nobody in past an app that is set up meanwhile', async () => {
    for (let round = 0; round < 4; round += 1) {
      const person = await app.registered()
      const { email, password } = person
      const cookie = await app.cookieOf(person)
      const { id, secret } = await enrolment(app, cookie)
      const code = codeNow(secret, app.clock.now())
      const signIns = times(8).map((at) =>
        node(at).postJson('/login', {
          email,
          password,
          transport: at % 4 < 2 ? 'bearer' : 'token',
        }),
      )
      // The confirmation lands before, among, and after the checks of the passwords.
      await Promise.all(signIns.slice(0, round * 2))
      const confirmed = await post(app, '/factors/totp/confirm', { id, code }, cookie)
      expect(confirmed.status).toBe(200)
      for (const answer of await Promise.all(signIns)) {
        const { session_id, access_token, refresh_token, requires_mfa } = await jsonOf(answer)
        if (requires_mfa) continue
        if (answer.status !== 200) {
          expect(answer.status).toBe(401)
          continue
        }
        expect(await app.meStatus(bearing(session_id ?? access_token))).toBe(401)
        if (refresh_token) expect((await refresh(app, refresh_token)).status).toBe(401)
      }
    }
  })
})
