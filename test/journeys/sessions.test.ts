import { describe, expect, it } from 'vitest'
import { type App, Browser, cookieIn, jsonOf, type Person, startApp } from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'

const app = await startApp()

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const minute = 60_000

interface Listed {
  readonly id: string
  readonly current: boolean
  readonly device: string
}

async function listed(cookie: string, on: App = app): Promise<Listed[]> {
  const response = await on.get('/sessions', { cookie })
  expect(response.status).toBe(200)
  return (await jsonOf(response))['sessions']
}

function end(cookie: string, id = '', on: App = app): Promise<Response> {
  return on.request('DELETE', id === '' ? '/sessions' : `/sessions/${id}`, { cookie })
}

describe('the list of sessions', () => {
  it('says from where, since when and how, which one is asking, and no token', async () => {
    const person = await app.registered()
    const began = app.clock.now()
    const cookie = await app.cookieOf(person, { 'user-agent': firefox })
    app.clock.advance(5 * minute)
    const bearer = await app.bearerOf(person, { 'user-agent': 'curl/8.5.0' })
    const response = await app.get('/sessions', { authorization: `Bearer ${bearer}` })
    const text = await response.clone().text()
    expect(text).not.toContain(bearer)
    expect(text).not.toContain(cookie.split('=')[1])
    const { complete, sessions } = await jsonOf(response)
    expect(complete).toBe(true)
    const iso = (time: number) => new Date(time).toISOString()
    expect(sessions).toEqual([
      {
        id: expect.stringMatching(/^sn_/),
        current: true,
        device: 'curl',
        address: '',
        transport: 'bearer',
        methods: [{ method: 'password', at: iso(app.clock.now()) }],
        acr: 'aal1',
        created_at: iso(app.clock.now()),
        last_seen_at: iso(app.clock.now()),
        expires_at: iso(app.clock.now() + 30 * minute),
      },
      {
        id: expect.stringMatching(/^sn_/),
        current: false,
        device: 'Firefox on Linux',
        address: '',
        transport: 'cookie',
        methods: [{ method: 'password', at: iso(began) }],
        acr: 'aal1',
        created_at: iso(began),
        last_seen_at: iso(began),
        expires_at: iso(began + 30 * minute),
      },
    ])
  })

  it('has nobody else’s, and none that is over', async () => {
    const [person, other] = [await app.registered(), await app.registered()]
    await app.cookieOf(other)
    const old = await app.cookieOf(person)
    app.clock.advance(31 * minute)
    const cookie = await app.cookieOf(person)
    expect(await app.meStatus({ cookie: old })).toBe(401)
    expect(await listed(cookie)).toHaveLength(1)
  })

  it('is for those who are signed in', async () => {
    expect((await app.get('/sessions')).status).toBe(401)
    expect((await app.request('DELETE', '/sessions')).status).toBe(401)
    expect((await app.request('DELETE', '/sessions/sn_x')).status).toBe(401)
    const page = await app.get('/account/sessions', { accept: 'text/html' })
    expect(page.headers.get('location')).toBe('/login?next=%2Faccount%2Fsessions')
  })
})

describe('ending a session', () => {
  it('ends that one at once, and no other', async () => {
    const person = await app.registered()
    const [here, there, third] = [
      await app.cookieOf(person),
      await app.cookieOf(person),
      await app.cookieOf(person),
    ]
    const [{ id }] = (await listed(there)).filter(({ current }) => current) as [Listed]
    expect((await end(here, id)).status).toBe(200)
    expect(await app.meStatus({ cookie: there })).toBe(401)
    expect(await app.meStatus({ cookie: third })).toBe(200)
    expect(await app.meStatus({ cookie: here })).toBe(200)
    expect((await end(here, id)).status).toBe(404)
  })

  it('does not reach those of others, whose ids say nothing', async () => {
    const [person, other] = [await app.registered(), await app.registered()]
    const [here, foreign] = [await app.cookieOf(person), await app.cookieOf(other)]
    const [{ id }] = (await listed(foreign)) as [Listed]
    for (const unknown of [id, 'sn_nobody', '__proto__', '%00', 'x'.repeat(5000)]) {
      expect((await end(here, unknown)).status).toBe(404)
    }
    expect(await app.meStatus({ cookie: foreign })).toBe(200)
  })

  it('ends all others, and goes on under a new token', async () => {
    const person = await app.registered()
    const others = await Promise.all(Array.from({ length: 5 }, () => app.cookieOf(person)))
    const here = await app.cookieOf(person)
    const response = await end(here)
    expect(await jsonOf(response)).toEqual({ message: 'All other sessions ended' })
    const renewed = cookieIn(response)
    expect(await app.meStatus({ cookie: renewed })).toBe(200)
    for (const cookie of [...others, here]) expect(await app.meStatus({ cookie })).toBe(401)
    expect(await listed(renewed)).toHaveLength(1)
  })

  it('needs a recent proof, and so does the list of them; the password gives it', async () => {
    const person = await app.registered()
    const [here, there] = [await app.cookieOf(person), await app.cookieOf(person)]
    const [{ id }] = (await listed(there)).filter(({ current }) => current) as [Listed]
    app.clock.advance(10 * minute - 1)
    expect(await listed(here)).toHaveLength(2)
    app.clock.advance(1)
    const list = await app.get('/sessions', { cookie: here })
    for (const response of [list, await end(here, id), await end(here)]) {
      expect(response.status).toBe(403)
      expect(await jsonOf(response)).toMatchObject({
        code: 'reauthentication_required',
        methods: ['password'],
      })
    }
    expect(await app.meStatus({ cookie: there })).toBe(200)
    const { password } = person
    const headers = { cookie: here, origin: app.origin }
    const wrong = await app.postJson('/confirm', { password: 'another one' }, headers)
    expect([wrong.status, (await jsonOf(wrong))['code']]).toEqual([403, 'wrong_password'])
    const confirmed = await app.postJson('/confirm', { password }, headers)
    expect(await jsonOf(confirmed.clone())).toMatchObject({ confirmed: true, methods: [] })
    expect(await app.meStatus({ cookie: here })).toBe(401)
    expect((await end(cookieIn(confirmed), id)).status).toBe(200)
  })

  it('is refused to other sites', async () => {
    const person = await app.registered()
    const [cookie, other] = [await app.cookieOf(person), await app.cookieOf(person)]
    const headers = { cookie, origin: 'https://elsewhere.example' }
    expect((await app.request('DELETE', '/sessions', headers)).status).toBe(403)
    expect(await app.meStatus({ cookie: other })).toBe(200)
  })
})

describe('the page of sessions', () => {
  async function signedIn(): Promise<{ person: Person; browser: Browser }> {
    const person = await app.registered()
    const browser = new Browser(app)
    await browser.submit('/login', { email: person.email, password: person.password })
    return { person, browser }
  }
  const tokenIn = (html: string) => /name="csrf_token" value="([^"]+)"/.exec(html)?.[1] ?? ''

  it('ends one, or all others, and says so', async () => {
    const { person, browser } = await signedIn()
    const [one, two] = [await app.cookieOf(person), await app.cookieOf(person)]
    const html = await (await browser.open('/account/sessions')).text()
    expect(html).toContain('this one')
    const [id] = [...html.matchAll(/name="end" value="(sn_[^"]+)"/g)].map(([, found]) => found)
    const form = { csrf_token: tokenIn(html), end: id ?? '' }
    const ended = await browser.submit('/account/sessions', form)
    const after = await (await browser.open(ended.headers.get('location') ?? '')).text()
    expect(after).toContain('That session has ended.')
    const alive = [await app.meStatus({ cookie: one }), await app.meStatus({ cookie: two })]
    expect(alive.sort()).toEqual([200, 401])

    const all = await browser.submit('/account/sessions', { ...form, end: 'others' })
    const last = await (await browser.open(all.headers.get('location') ?? '')).text()
    expect(last).toContain('All other sessions have ended.')
    expect(last).toContain('Only here.')
    expect(await app.meStatus({ cookie: one })).toBe(401)
    expect(await app.meStatus({ cookie: two })).toBe(401)
  })

  it('asks who signed in long ago to confirm that it is them, and leads back', async () => {
    const { person, browser } = await signedIn()
    await app.cookieOf(person)
    app.clock.advance(20 * minute)
    const stale = await browser.open('/account/sessions')
    const confirm = stale.headers.get('location') ?? ''
    expect(confirm).toBe('/confirm?next=%2Faccount%2Fsessions')
    const html = await (await browser.open(confirm)).text()
    const next = /name="next" value="([^"]+)"/.exec(html)?.[1] ?? ''
    const { password } = person
    const back = await browser.submit('/confirm', { csrf_token: tokenIn(html), password, next })
    expect(back.headers.get('location')).toBe('/account/sessions')
    expect(await (await browser.open('/account/sessions')).text()).toContain('name="end"')
  })

  it('takes no form without its token', async () => {
    const { person, browser } = await signedIn()
    const other = await app.cookieOf(person)
    const refused = await browser.submit('/account/sessions', { csrf_token: 'x', end: 'others' })
    expect(refused.status).toBe(403)
    expect(await app.meStatus({ cookie: other })).toBe(200)
  })
})

describe('the library', () => {
  it('lists and ends the sessions of an account', async () => {
    const person = await app.registered()
    const { email, password } = person
    const outcomes = [
      await app.auth.login({ email, password }),
      await app.auth.login({ email, password }),
    ]
    const [one, two] = outcomes.map((outcome) => {
      if (outcome.kind !== 'signed_in') throw new Error(outcome.kind)
      return outcome
    })
    if (!one || !two) throw new Error('two sessions')
    const { sessions } = app.auth
    const ids = (await sessions.list(one.account.id)).map(({ id }) => id)
    expect(ids.sort()).toEqual([one.session.id, two.session.id].sort())
    expect(await sessions.revoke(one.account.id, one.session.id)).toBe(true)
    expect(await sessions.revoke(one.account.id, one.session.id)).toBe(false)
    expect(await sessions.revokeAll(one.account.id)).toBe(true)
    expect(await sessions.list(one.account.id)).toEqual([])
    const cookie = app.auth.cookieFor(two.token).split(';')[0] as string
    expect(await app.meStatus({ cookie })).toBe(401)
    expect(await sessions.revokeAll('acc_nobody' as never)).toBe(false)
    expect(await sessions.list('acc_nobody' as never)).toEqual([])
  })
})

describe.each([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('sessions of one account on %s', (_engine, database) => {
  it('are as many as are allowed, the last used ones, after 24 sign-ins at once', async () => {
    const own = await startApp({ ...(await database()), sessionsPerAccount: 6 })
    const person = await own.registered()
    const cookies = await Promise.all(Array.from({ length: 24 }, () => own.cookieOf(person)))
    const statuses = await Promise.all(cookies.map((cookie) => own.meStatus({ cookie })))
    expect(statuses.filter((status) => status === 200)).toHaveLength(6)
    own.clock.advance(minute)
    const last = await own.cookieOf(person)
    expect(await listed(last, own)).toHaveLength(6)
  })

  it('are ended by 16 callers who each end all others: one is left, and all tokens before are dead', async () => {
    const own = await startApp(await database())
    const person = await own.registered()
    const cookies = await Promise.all(Array.from({ length: 16 }, () => own.cookieOf(person)))
    const answers = await Promise.all(cookies.map((cookie) => end(cookie, '', own)))
    const winners = answers.filter(({ status }) => status === 200)
    expect(winners.length).toBeGreaterThanOrEqual(1)
    for (const cookie of cookies) expect(await own.meStatus({ cookie })).toBe(401)
    const renewed = winners.map((answer) => cookieIn(answer))
    const alive = await Promise.all(renewed.map((cookie) => own.meStatus({ cookie })))
    expect(alive.filter((status) => status === 200)).toHaveLength(1)
  })
})
