import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/kernel/clock.ts'
import { type App, cookieIn, cookiesIn, startApp } from '../support/app.ts'

const app = await startApp()
const ann = await app.registered()

async function freshSession(of: App = app) {
  const cookie = await of.cookieOf(ann)
  return {
    cookie,
    /** Uses the session after this time; tells whether it was still alive. */
    usedAfter: async (duration: number) => {
      of.clock.advance(duration)
      return (await of.meStatus({ cookie })) === 200
    },
  }
}

describe('a session', () => {
  it('lives until just before 30 minutes without use, and not at that very instant', async () => {
    const kept = await freshSession()
    const lost = await freshSession()
    app.clock.advance(minutes(30) - 1)
    expect(await kept.usedAfter(0)).toBe(true)
    expect(await lost.usedAfter(1)).toBe(false)
  })

  it('is prolonged by use', async () => {
    const session = await freshSession()
    for (let use = 0; use < 5; use += 1) expect(await session.usedAfter(minutes(29))).toBe(true)
    expect(await session.usedAfter(minutes(30))).toBe(false)
  })

  it('ends 24 hours after sign-in, however much it was used', async () => {
    const session = await freshSession()
    const use = minutes(20)
    for (let count = 1; count < 72; count += 1) expect(await session.usedAfter(use)).toBe(true)
    expect(await session.usedAfter(use - 1)).toBe(true)
    expect(await session.usedAfter(1)).toBe(false)
  })

  it('is written back at most once a minute, and so ends up to a minute early but never late', async () => {
    const session = await freshSession()
    // Too early to be worth a write: the first deadline stands.
    expect(await session.usedAfter(seconds(59))).toBe(true)
    expect(await session.usedAfter(minutes(30) - seconds(59) - 1)).toBe(true)
    const early = await freshSession()
    expect(await early.usedAfter(seconds(59))).toBe(true)
    expect(await early.usedAfter(minutes(30) - seconds(59))).toBe(false)
    // From a minute on the deadline moves with the use, to the instant.
    const moved = await freshSession()
    expect(await moved.usedAfter(seconds(60))).toBe(true)
    const late = await freshSession()
    expect(await late.usedAfter(seconds(60))).toBe(true)
    expect(await late.usedAfter(minutes(30))).toBe(false)
    expect(await moved.usedAfter(0)).toBe(false)
  })

  it('never comes back once its time is over, even if the clock does', async () => {
    const session = await freshSession()
    expect(await session.usedAfter(minutes(31))).toBe(false)
    expect(await session.usedAfter(seconds(1))).toBe(false)
  })

  it('shows its limits on the dashboard, as they stand after this use', async () => {
    const { cookie } = await freshSession()
    const start = app.clock.now()
    app.clock.advance(minutes(10))
    const page = await (await app.get('/dashboard', { cookie })).text()
    const times = [...page.matchAll(/datetime="([^"]+)" data-precision="minute"/g)]
    const shown = times.map((match) => Date.parse(match[1] as string) - start)
    expect(shown).toEqual([0, minutes(40), minutes(24 * 60)])
  })

  it('lives as long as the operator decides', async () => {
    const short = await startApp({ sessionIdle: '5m', sessionLifetime: '8m' })
    await short.postJson('/register', ann)
    const idle = await freshSession(short)
    expect(await idle.usedAfter(minutes(5))).toBe(false)
    const used = await freshSession(short)
    expect(await used.usedAfter(minutes(4))).toBe(true)
    expect(await used.usedAfter(minutes(4) - 1)).toBe(true)
    expect(await used.usedAfter(1)).toBe(false)
  })

  it('is removed from the database when it is over, by sign-out', async () => {
    const { cookie } = await freshSession()
    await app.postJson('/logout', {}, { cookie })
    app.clock.advance(-minutes(1))
    expect(await app.meStatus({ cookie })).toBe(401)
  })
})

describe('the cookie', () => {
  it('is kept by the browser as long as the session can live, and for this host only', async () => {
    const login = await app.postJson('/login', ann)
    expect(cookiesIn(login)).toEqual([
      expect.stringMatching(
        /^sallyport=ses_[\w-]{50}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
    ])
  })

  it('has the host prefix and is Secure wherever the public address is https', async () => {
    const tls = await startApp({ url: 'https://id.mail.test.example' })
    await tls.postJson('/register', ann)
    const login = await tls.postJson('/login', ann)
    expect(cookiesIn(login)).toEqual([
      expect.stringMatching(
        /^__Host-sallyport=ses_[\w-]{50}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      ),
    ])
    const cookie = cookieIn(login)
    expect(await tls.meStatus({ cookie })).toBe(200)
    expect(await tls.meStatus({ cookie: cookie.replace('__Host-', '') })).toBe(401)
    const logout = await tls.postJson('/logout', {}, { cookie })
    expect(logout.headers.get('set-cookie')).toBe(
      '__Host-sallyport=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
    )
  })
})
