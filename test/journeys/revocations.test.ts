import { describe, expect, it } from 'vitest'
import type { Revocation } from '../../src/index.ts'
import { minutes } from '../../src/kernel/clock.ts'
import { startApp } from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'

const engines = [
  { engine: 'SQLite', open: () => startApp() },
  {
    engine: 'PostgreSQL',
    open: async () => startApp({ databaseUrl: await freshPostgresDatabase() }),
  },
]

describe.each(engines)('a listener to revocations, on $engine', async ({ open }) => {
  const app = await open()

  /** Somebody signed in twice, and what is heard from then on. */
  async function setUp() {
    const person = await app.registered()
    const { email, password } = person
    const one = await signedIn(email, password)
    const two = await signedIn(email, password)
    const heard: Revocation[] = []
    const stop = app.auth.sessions.onRevoked((revocation) => heard.push(revocation))
    return { person, one, two, heard, stop }
  }

  async function signedIn(email: string, password: string) {
    const outcome = await app.auth.login({ email, password })
    if (outcome.kind !== 'signed_in') throw new Error(outcome.kind)
    const cookie = app.auth.cookieFor(outcome.token).split(';')[0] ?? ''
    return { account: outcome.account.id, session: outcome.session.id, cookie }
  }

  it('hears of the session that was signed out, and of no other', async () => {
    const { one, heard, stop } = await setUp()
    await app.auth.logout({ headers: { cookie: one.cookie } })
    const { account, session } = one
    await expect.poll(() => heard).toEqual([{ account, session }])
    stop()
  })

  it('hears of a session that another one has taken the place of', async () => {
    const { person, one, heard, stop } = await setUp()
    await app.cookieOf(person, { cookie: one.cookie })
    const { account, session } = one
    await expect.poll(() => heard).toEqual([{ account, session }])
    stop()
  })

  it('hears of a whole account', async () => {
    const { one, two, heard, stop } = await setUp()
    await app.auth.sessions.revokeAll(one.account)
    await expect.poll(() => heard).toEqual([{ account: one.account, session: undefined }])
    for (const { cookie } of [one, two]) expect(await app.meStatus({ cookie })).toBe(401)
    stop()
  })

  it('keeps nothing from being revoked, and no other from hearing, by throwing', async () => {
    const failing = app.auth.sessions.onRevoked(() => {
      throw new Error('not my day')
    })
    const { one, heard, stop } = await setUp()
    await app.auth.logout({ headers: { cookie: one.cookie } })
    await expect.poll(() => heard).toHaveLength(1)
    expect(await app.meStatus({ cookie: one.cookie })).toBe(401)
    expect(app.lines.join()).toContain('not my day')
    failing()
    stop()
  })

  it('hears nothing of what expires, nor after it has stopped', async () => {
    const { one, two, heard, stop } = await setUp()
    app.clock.advance(minutes(31))
    expect(await app.meStatus({ cookie: one.cookie })).toBe(401)
    stop()
    await app.auth.sessions.revoke(two.account, two.session)
    expect(heard).toEqual([])
  })
})

describe('an account that has as many sessions as it may', async () => {
  const app = await startApp({ sessionsPerAccount: 2, sessionsWhenFull: 'refuse' })

  it('gets no other until one of them ends', async () => {
    const person = await app.registered()
    const [phone] = [await app.cookieOf(person), await app.cookieOf(person)]
    const { email, password } = person
    const refused = await app.postJson('/login', { email, password })
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ code: 'too_many_sessions' })
    expect(refused.headers.getSetCookie()).toEqual([])
    expect(await app.auth.login({ email, password })).toEqual({
      kind: 'refused',
      reason: 'too_many_sessions',
    })
    expect(await app.meStatus({ cookie: phone })).toBe(200)
    // In the place of one of them there is room.
    const again = await app.cookieOf(person, { cookie: phone })
    await app.postJson('/logout', {}, { cookie: again })
    await app.cookieOf(person)
  })

  it('is told so above the form, only with the right password', async () => {
    const person = await app.registered()
    for (let count = 0; count < 2; count++) await app.cookieOf(person)
    const { email } = person
    const wrong = await app.postJson('/login', { email, password: 'another one' })
    expect(wrong.status).toBe(401)
  })
})
