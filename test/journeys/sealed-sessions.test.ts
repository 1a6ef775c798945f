import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/kernel/clock.ts'
import {
  type App,
  Browser,
  cookieIn,
  cookiesIn,
  jsonOf,
  type Person,
  startApp,
} from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'

const sealed = { sessionStore: 'sealed' } as const
const app = await startApp(sealed)

async function signedIn(on: App = app): Promise<{ person: Person; browser: Browser }> {
  const person = await on.registered()
  const browser = new Browser(on)
  await browser.submit('/login', { email: person.email, password: person.password })
  return { person, browser }
}

async function isIn(browser: Browser): Promise<boolean> {
  return (await browser.open('/me')).status === 200
}

describe('a session in a sealed cookie', () => {
  it('is stored nowhere', async () => {
    await app.cookieOf(await app.registered())
    const database = new DatabaseSync(`${app.dataDir}/sallyport.db`, { readOnly: true })
    expect(database.prepare('select count(*) as count from sessions').get()).toEqual({ count: 0 })
    database.close()
  })

  it('is given with the attributes of every session cookie, and fits into one', async () => {
    const tls = await startApp({ ...sealed, url: 'https://id.mail.test.example' })
    const login = await tls.postJson('/login', await tls.registered(), {
      'user-agent': '\u00fc"\\'.repeat(1000),
    })
    const [line = ''] = cookiesIn(login)
    expect(line).toMatch(
      /^__Host-sallyport=sse2_[\w-]{200,}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    )
    expect(Buffer.byteLength(line)).toBeLessThan(4096)
    expect(await tls.meStatus({ cookie: line.split(';')[0] ?? '' })).toBe(200)
  })

  it('slides with use: the answer brings the next cookie, at most once a minute', async () => {
    const { browser } = await signedIn()
    const first = browser.cookie
    app.clock.advance(seconds(59))
    expect((await browser.open('/me')).headers.getSetCookie()).toEqual([])
    app.clock.advance(seconds(1))
    const answer = await browser.open('/me')
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^sallyport=sse2_[\w-]+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
    ])
    expect(browser.cookie).not.toBe(first)
    app.clock.advance(minutes(29))
    expect(await app.meStatus({ cookie: first })).toBe(401)
    expect(await isIn(browser)).toBe(true)
  })

  it.each([
    ['a page', (browser: Browser) => browser.open('/dashboard')],
    ['a redirect', (browser: Browser) => browser.open('/')],
    ['a refusal', (browser: Browser) => browser.submit('/account/sessions', { end: 'x' })],
  ])('slides on %s as well', async (_what, ask) => {
    const { browser } = await signedIn()
    app.clock.advance(minutes(20))
    expect((await ask(browser)).headers.getSetCookie()).toHaveLength(1)
    app.clock.advance(minutes(20))
    expect(await isIn(browser)).toBe(true)
  })

  it('ends after half an hour without use, to the instant', async () => {
    const [kept, lost] = [await signedIn(), await signedIn()]
    app.clock.advance(minutes(30) - 1)
    expect(await isIn(kept.browser)).toBe(true)
    app.clock.advance(1)
    expect(await isIn(lost.browser)).toBe(false)
  })

  it('ends 24 hours after sign-in, however much it was used', async () => {
    const { browser } = await signedIn()
    for (let count = 1; count < 72; count += 1) {
      app.clock.advance(minutes(20))
      expect(await isIn(browser)).toBe(true)
    }
    app.clock.advance(minutes(20) - 1)
    expect(await isIn(browser)).toBe(true)
    app.clock.advance(1)
    expect(await isIn(browser)).toBe(false)
  })

  it('is all right for 16 requests at the moment when it slides, whichever answer comes last', async () => {
    const { browser } = await signedIn()
    app.clock.advance(minutes(20))
    const { cookie } = browser
    const answers = await Promise.all(Array.from({ length: 16 }, () => app.get('/me', { cookie })))
    expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(200))
    const renewed = answers.map(cookieIn)
    expect(new Set(renewed).size).toBe(16)
    app.clock.advance(minutes(29))
    for (const each of renewed) expect(await app.meStatus({ cookie: each })).toBe(200)
  })

  it('survives a restart, and other nodes with the same master key know it', async () => {
    const before = await startApp(sealed)
    const cookie = await before.cookieOf(await before.registered())
    const beside = await startApp({ ...sealed, dataDir: before.dataDir })
    expect(await beside.meStatus({ cookie })).toBe(200)
    await before.close()
    const after = await startApp({ ...sealed, dataDir: before.dataDir })
    expect(await after.meStatus({ cookie })).toBe(200)
  })

  it('is not counted', async () => {
    const own = await startApp({ ...sealed, sessionsPerAccount: 1, sessionsWhenFull: 'refuse' })
    const person = await own.registered()
    const cookies = [await own.cookieOf(person), await own.cookieOf(person)]
    for (const cookie of cookies) expect(await own.meStatus({ cookie })).toBe(200)
  })
})

describe('a sealed bearer token', () => {
  it('ends at the idle limit, used or not: nothing can take its place on the way', async () => {
    const bearer = await app.bearerOf(await app.registered())
    expect(bearer).toMatch(/^sbr2_/)
    const headers = { authorization: `Bearer ${bearer}` }
    app.clock.advance(minutes(20))
    const answer = await app.get('/me', headers)
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []])
    app.clock.advance(minutes(10) - 1)
    expect(await app.meStatus(headers)).toBe(200)
    app.clock.advance(1)
    expect(await app.meStatus(headers)).toBe(401)
  })
})

describe('what ends one sealed session ends all of the account', () => {
  async function everywhere(on: App = app) {
    const person = await on.registered()
    const here = await on.cookieOf(person)
    const there = await on.cookieOf(person)
    const authorization = `Bearer ${await on.bearerOf(person)}`
    const bystander = await on.cookieOf(await on.registered())
    const statuses = async () => [
      await on.meStatus({ cookie: here }),
      await on.meStatus({ cookie: there }),
      await on.meStatus({ authorization }),
      await on.meStatus({ cookie: bystander }),
    ]
    expect(await statuses()).toEqual([200, 200, 200, 200])
    return { person, here, there, statuses }
  }
  const ended = [401, 401, 401, 200]

  it('signing out does, and takes the cookie even when it would have slid', async () => {
    const { here, statuses } = await everywhere()
    app.clock.advance(minutes(20))
    const logout = await app.postJson('/logout', {}, { cookie: here })
    expect(logout.headers.getSetCookie()).toEqual([
      'sallyport=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ])
    expect(await statuses()).toEqual(ended)
  })

  it('signing in again over it does, and the new one goes on', async () => {
    const { person, here, statuses } = await everywhere()
    const again = await app.cookieOf(person, { cookie: here })
    expect(await statuses()).toEqual(ended)
    expect(await app.meStatus({ cookie: again })).toBe(200)
  })

  it('signing in again over it 16 times at once does, and every new one goes on', async () => {
    const { person, here, statuses } = await everywhere()
    const again = await Promise.all(
      Array.from({ length: 16 }, () => app.cookieOf(person, { cookie: here })),
    )
    expect(await statuses()).toEqual(ended)
    for (const cookie of again) expect(await app.meStatus({ cookie })).toBe(200)
  })

  it('signing in without it leaves all where they are', async () => {
    const { person, statuses } = await everywhere()
    await app.cookieOf(person)
    await app.postJson('/login', { ...person, password: 'not this one at all' })
    expect(await statuses()).toEqual([200, 200, 200, 200])
  })

  it('ending any by its id does', async () => {
    const { here, statuses } = await everywhere()
    const answer = await app.request('DELETE', '/sessions/sn_any', { cookie: here })
    expect(answer.status).toBe(200)
    expect(await statuses()).toEqual(ended)
  })

  it('ending all others does, and this one goes on under another token', async () => {
    const { here, statuses } = await everywhere()
    const renewed = cookieIn(await app.request('DELETE', '/sessions', { cookie: here }))
    expect(await statuses()).toEqual(ended)
    expect(await app.meStatus({ cookie: renewed })).toBe(200)
  })

  it('changing the password does, and this one goes on under another token', async () => {
    const { person, here, statuses } = await everywhere()
    app.clock.advance(minutes(20))
    const passwords = { current_password: person.password, new_password: 'quiet meadow telescope' }
    const renewed = cookieIn(await app.postJson('/password/change', passwords, { cookie: here }))
    expect(await statuses()).toEqual(ended)
    expect(await app.meStatus({ cookie: renewed })).toBe(200)
  })

  it('disabling the account does, for good', async () => {
    const { person, statuses } = await everywhere()
    await app.setStatus(person, 'disabled')
    expect(await statuses()).toEqual(ended)
    await app.setStatus(person, 'active')
    expect(await statuses()).toEqual(ended)
  })

  it('on PostgreSQL, on every node', async () => {
    const options = {
      ...sealed,
      databaseUrl: await freshPostgresDatabase(),
      secret: 'a master key that all the nodes share',
    }
    const [one, two] = [await startApp(options), await startApp(options)]
    const { here, there, statuses } = await everywhere(one)
    for (const cookie of [here, there]) expect(await two.meStatus({ cookie })).toBe(200)
    await one.postJson('/logout', {}, { cookie: here })
    expect(await statuses()).toEqual(ended)
    // Within the second that what is remembered may be trusted.
    const there2 = async () => two.meStatus({ cookie: there })
    await expect.poll(there2, { timeout: 10_000 }).toBe(401)
  })
})

describe('the list of sessions', () => {
  it('has only the one that asks', async () => {
    const person = await app.registered()
    await app.cookieOf(person)
    const cookie = await app.cookieOf(person)
    const { complete, sessions } = await jsonOf(await app.get('/sessions', { cookie }))
    expect(complete).toBe(false)
    expect(sessions).toMatchObject([{ id: expect.stringMatching(/^sn_/), current: true }])
  })

  it('is a page that says so, and ends all others', async () => {
    const { person, browser } = await signedIn()
    const other = await app.cookieOf(person)
    const html = await (await browser.open('/account/sessions')).text()
    expect(html).toContain('only this one is shown')
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
    await browser.submit('/account/sessions', { csrf_token, end: 'others' })
    expect(await app.meStatus({ cookie: other })).toBe(401)
    expect(await isIn(browser)).toBe(true)
  })
})

describe('a form', () => {
  it('goes on working when the cookie slides in another tab', async () => {
    const { browser } = await signedIn()
    const csrf_token = await app.formTokenOf(browser.cookie)
    const before = browser.cookie
    app.clock.advance(minutes(20))
    await browser.open('/dashboard')
    expect(browser.cookie).not.toBe(before)
    expect((await browser.submit('/logout', { csrf_token })).status).toBe(303)
    expect(browser.cookie).toBe('')
  })

  it('does not outlive its session: the next sign-in has tokens of its own', async () => {
    const { person, browser } = await signedIn()
    const csrf_token = await app.formTokenOf(browser.cookie)
    await browser.submit('/login', { email: person.email, password: person.password })
    expect((await browser.submit('/logout', { csrf_token })).status).toBe(403)
    expect(await isIn(browser)).toBe(true)
  })
})

describe('the library', () => {
  it('hands over the next token when a session slides, and ends what a request carries', async () => {
    const { auth } = app
    const person = await app.registered()
    const here = await app.cookieOf(person)
    const who = await auth.authenticate({ headers: { cookie: here } })
    expect(who).toBeDefined()
    expect(who?.renewedToken).toBeUndefined()

    app.clock.advance(minutes(20))
    const later = await auth.authenticate({ headers: { cookie: here } })
    if (!later?.renewedToken) throw new Error('did not slide')
    expect(JSON.stringify(later)).not.toContain(later.renewedToken.expose())
    expect(later.session.id).toBe(who?.session.id)
    const cookie = auth.cookieFor(later.renewedToken).split(';')[0] ?? ''
    app.clock.advance(minutes(20))
    expect(await auth.authenticate({ headers: { cookie: here } })).toBeUndefined()
    expect((await auth.authenticate({ headers: { cookie } }))?.accountId).toBe(later.accountId)

    expect(await auth.sessions.list(later.accountId)).toEqual([])
    const heard: unknown[] = []
    auth.sessions.onRevoked((revocation) => heard.push(revocation))
    await auth.logout({ headers: { cookie } })
    expect(await auth.authenticate({ headers: { cookie } })).toBeUndefined()
    expect(heard).toEqual([{ account: later.accountId }])
    expect(await auth.ready()).toBe(true)
  })

  it('ends all of an account, by any id or without', async () => {
    const { sessions } = app.auth
    for (const end of [
      (account: never) => sessions.revoke(account, 'sn_any' as never),
      (account: never) => sessions.revokeAll(account),
    ]) {
      const cookie = await app.cookieOf(await app.registered())
      const who = await app.auth.authenticate({ headers: { cookie } })
      expect(await end(who?.accountId as never)).toBe(true)
      expect(await app.meStatus({ cookie })).toBe(401)
    }
    expect(await sessions.revoke('acc_nobody' as never, 'sn_any' as never)).toBe(false)
  })
})
