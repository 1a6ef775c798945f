import { describe, expect, it } from 'vitest'
import { Browser, cookieIn, jsonOf, startApp } from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'

const app = await startApp()
const next = 'seven copper kettles sing'

async function someone() {
  const person = await app.registered()
  const cookie = await app.cookieOf(person)
  const change = (given: object = {}, headers: object = { cookie }) =>
    app.postJson(
      '/password/change',
      { current_password: person.password, new_password: next, ...given },
      { ...headers },
    )
  return { person, cookie, change }
}

describe('a password change', () => {
  it('lets the new password in and the old one no more', async () => {
    const { person, change } = await someone()
    const response = await change()
    expect(response.status).toBe(200)
    expect(await jsonOf(response)).toEqual({ message: 'Password changed' })
    const { email } = person
    expect((await app.postJson('/login', { email, password: next })).status).toBe(200)
    expect((await app.postJson('/login', { email, password: person.password })).status).toBe(401)
  })

  it('ends every other session at once, and goes on with this one under a new token', async () => {
    const { person, cookie, change } = await someone()
    const [other, bearer] = [await app.cookieOf(person), await app.bearerOf(person)]
    const renewed = cookieIn(await change())
    expect(renewed).not.toBe(cookie)
    expect(await app.meStatus({ cookie: renewed })).toBe(200)
    for (const headers of [{ cookie }, { cookie: other }, { authorization: `Bearer ${bearer}` }]) {
      expect(await app.meStatus(headers)).toBe(401)
    }
  })

  it('gives a client without cookies its new token in the body', async () => {
    const { person, cookie, change } = await someone()
    const authorization = `Bearer ${await app.bearerOf(person)}`
    const response = await change({}, { authorization })
    const { session_id, message } = await jsonOf(response)
    expect(message).toBe('Password changed')
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await app.meStatus({ authorization: `Bearer ${session_id}` })).toBe(200)
    expect(await app.meStatus({ authorization })).toBe(401)
    expect(await app.meStatus({ cookie })).toBe(401)
  })

  it('does not lengthen the session: the absolute limit counts from the sign-in', async () => {
    const short = await startApp({ sessionLifetime: '1h', sessionIdle: '1h' })
    const person = await short.registered()
    const cookie = await short.cookieOf(person)
    short.clock.advance(50 * 60_000)
    const body = { current_password: person.password, new_password: next }
    const renewed = cookieIn(await short.postJson('/password/change', body, { cookie }))
    short.clock.advance(9 * 60_000)
    expect(await short.meStatus({ cookie: renewed })).toBe(200)
    short.clock.advance(60_000)
    expect(await short.meStatus({ cookie: renewed })).toBe(401)
  })

  it('asks for the current password, and says so at its field', async () => {
    const { cookie, change } = await someone()
    const response = await change({ current_password: 'not the right one' })
    expect(response.status).toBe(403)
    expect(await jsonOf(response)).toMatchObject({
      code: 'wrong_password',
      errors: [{ field: 'current_password', rule: 'wrong' }],
    })
    expect(await app.meStatus({ cookie })).toBe(200)
  })

  it.each([
    [{ new_password: 'short' }, 'new_password', 'too_short'],
    [{ new_password: '' }, 'new_password', 'required'],
    [{ current_password: '' }, 'current_password', 'required'],
    [{ new_password: `x${'a'.repeat(1024)}` }, 'new_password', 'too_long'],
    [{ new_password: 'sallyport1234' }, 'new_password', 'context_word'],
    [{ new_password: 'violet harbour lantern' }, 'new_password', 'unchanged'],
  ])('holds the new one to the policy: %j', async (given, field, rule) => {
    const { cookie, change } = await someone()
    const response = await change(given)
    expect(response.status).toBe(422)
    const { errors } = await jsonOf(response)
    expect(errors).toContainEqual(expect.objectContaining({ field, rule }))
    expect(await app.meStatus({ cookie })).toBe(200)
  })

  it('is for those who are signed in', async () => {
    const { change } = await someone()
    expect((await change({}, {})).status).toBe(401)
    const page = await app.get('/password/change', { accept: 'text/html' })
    expect(page.headers.get('location')).toBe('/login?next=%2Fpassword%2Fchange')
  })
})

describe('the page for it', () => {
  async function signedIn() {
    const person = await app.registered()
    const browser = new Browser(app)
    await browser.submit('/login', { email: person.email, password: person.password })
    const html = await (await browser.open('/password/change')).text()
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
    return { person, browser, html, csrf_token }
  }

  it('changes the password and says so on the dashboard', async () => {
    const { person, browser, csrf_token } = await signedIn()
    const form = { csrf_token, current_password: person.password, new_password: next }
    const response = await browser.submit('/password/change', form)
    expect(response.status).toBe(303)
    const home = response.headers.get('location') ?? ''
    expect(await (await browser.open(home)).text()).toContain('Your password is changed.')
  })

  it('says what is wrong, sends no password back, and can be sent again', async () => {
    const { person, browser, csrf_token } = await signedIn()
    const form = { csrf_token, current_password: 'not the right one', new_password: next }
    const refused = await browser.submit('/password/change', form)
    expect(refused.status).toBe(403)
    const html = await refused.text()
    expect(html).toContain('<a href="#current_password">The current password is wrong.</a>')
    expect(html).not.toContain('not the right one')
    expect(html).not.toContain(next)
    const again = /name="csrf_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
    const right = { csrf_token: again, current_password: person.password, new_password: next }
    expect((await browser.submit('/password/change', right)).status).toBe(303)
  })

  it('takes no form without its token', async () => {
    const { person, browser } = await signedIn()
    const form = { csrf_token: 'x', current_password: person.password, new_password: next }
    expect((await browser.submit('/password/change', form)).status).toBe(403)
    const { email, password } = person
    expect((await app.postJson('/login', { email, password })).status).toBe(200)
  })

  it('is where password managers look for it', async () => {
    const response = await app.get('/.well-known/change-password')
    expect(response.headers.get('location')).toBe('/password/change')
  })
})

describe.each([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('16 changes of one password at once on %s', (_engine, database) => {
  it('end as one of them alone, and leave one session', async () => {
    const own = await startApp(await database())
    const person = await own.registered()
    const cookies = await Promise.all(Array.from({ length: 16 }, () => own.cookieOf(person)))
    const wanted = cookies.map((_, at) => `seven copper kettles ${at}`)
    const answers = await Promise.all(
      cookies.map((cookie, at) => {
        const body = { current_password: person.password, new_password: wanted[at] }
        return own.postJson('/password/change', body, { cookie })
      }),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    // The others were too late: their session, or their password, was gone.
    expect(statuses.every((status) => [200, 401, 403].includes(status))).toBe(true)

    const winner = statuses.indexOf(200)
    const signIns = wanted.map(
      async (password) => (await own.postJson('/login', { email: person.email, password })).status,
    )
    expect(await Promise.all(signIns)).toEqual(wanted.map((_, at) => (at === winner ? 200 : 401)))
    const alive = await Promise.all(cookies.map((cookie) => own.meStatus({ cookie })))
    expect(new Set(alive)).toEqual(new Set([401]))
    const renewed = cookieIn(answers[winner] as Response)
    expect(await own.meStatus({ cookie: renewed })).toBe(200)
  })
})
