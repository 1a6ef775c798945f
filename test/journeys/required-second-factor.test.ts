import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { cookieIn, jsonOf, type Person, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import { CookieJar, credentialsIn, fieldIn, transports } from '../support/cookie-jar.ts'
import { cookieNamed, signInByKey } from '../support/passkeys.ts'
import { outcome, post } from '../support/second-factor.ts'
import { SoftAuthenticator } from '../support/soft-passkey.ts'
import { partOf, postFields, tokensIn } from '../support/tokens.ts'

const app = await startApp({ requireMfa: 'all' })
const { origin } = app
const recovery = /\b[0-9a-z]{4}(-[0-9a-z]{4}){3}\b/g

/** A right password, and how the next step is sent: with a token, or by a cookie. */
async function due({ email, password }: Person, transport: string) {
  const answer = await app.postJson('/login', { email, password, transport })
  const said = await jsonOf(answer.clone())
  expect(said).toMatchObject({ requires_mfa: true, enrolment_required: true, factors: [] })
  const { pending_token } = said
  const cookie = pending_token ? '' : cookieIn(answer)
  const send = (path: string, body: object = {}) =>
    app.postJson(path, { ...(pending_token && { pending_token }), ...body }, { cookie, origin })
  return { send, pending_token: pending_token as string | undefined }
}

describe.each(transports)('a program with %s', (transport) => {
  it('sets an app up before it is let in, and signs in with it from then on', async () => {
    const person = await app.registered()
    const { send } = await due(person, transport)
    const begun = await send('/login/enrolment/app')
    expect(begun.status).toBe(200)
    const { id, secret, uri } = await jsonOf(begun)
    expect(uri).toMatch(/^otpauth:\/\/totp\//)
    const shown = () => codeNow(secret, app.clock.now())
    const wrong = shown() === '314159' ? '271828' : '314159'
    const refused = await send('/login/enrolment/app/confirm', { id, code: wrong })
    expect(await outcome(refused)).toBe('wrong_code')
    const done = await send('/login/enrolment/app/confirm', { id, code: shown() })
    expect(done.status, await done.clone().text()).toBe(200)
    expect((await jsonOf(done.clone()))['recovery_codes']).toHaveLength(10)
    const headers = await credentialsIn(app, done)
    const { sessions } = await jsonOf(await app.get('/sessions', headers))
    expect(sessions).toMatchObject([{ current: true, acr: 'aal2' }])

    app.clock.advance(minutes(1))
    const { email, password } = person
    const first = await app.postJson('/login', { email, password, transport })
    const said = await jsonOf(first)
    expect(said).toMatchObject({ requires_mfa: true, factors: ['totp', 'recovery_code'] })
    expect(said['enrolment_required']).toBeUndefined()
    const body = { email, password, transport, totp_token: shown() }
    const again = await app.postJson('/login', body)
    expect(await app.meStatus(await credentialsIn(app, again))).toBe(200)
  })

  it.each([true, false])('sets a passkey up (user verified: %s), and is let in', async (uv) => {
    const person = await app.registered()
    const { send } = await due(person, transport)
    const { publicKey } = await jsonOf(await send('/login/enrolment/passkey/options'))
    expect(publicKey).toMatchObject({ rp: { id: 'localhost' }, user: { name: person.email } })
    const key = new SoftAuthenticator({ userVerified: uv })
    const credential = key.create(publicKey, { origin })
    const done = await send('/login/enrolment/passkey', { credential })
    expect(done.status, await done.clone().text()).toBe(200)
    expect((await jsonOf(done.clone()))['recovery_codes']).toHaveLength(10)
    const headers = await credentialsIn(app, done)
    expect((await app.get('/sessions', headers)).status).toBe(200)
    const replay = await send('/login/enrolment/passkey', { credential })
    expect(replay.status).toBeGreaterThanOrEqual(400)
    const again = await signInByKey(app, key, {}, { transport })
    expect((await jsonOf(again.clone()))['requires_mfa']).toBe(uv ? undefined : true)
    if (uv) expect(await app.meStatus(await credentialsIn(app, again))).toBe(200)
  })
})

it('the token endpoint gives no tokens before that either', async () => {
  const person = await app.registered()
  const fields = { username: person.email, password: person.password }
  const answer = await postFields(app, '/token', fields)
  const { error, mfa_token, access_token } = await jsonOf(answer)
  expect([answer.status, error, access_token]).toEqual([400, 'mfa_required', undefined])
  const begun = await app.postJson('/login/enrolment/app', { pending_token: mfa_token })
  const { id, secret } = await jsonOf(begun)
  const code = codeNow(secret, app.clock.now())
  const body = { pending_token: mfa_token, id, code }
  const tokens = await tokensIn(await app.postJson('/login/enrolment/app/confirm', body))
  expect(partOf(tokens.access, 1)).toMatchObject({
    acr: 'aal2',
    amr: expect.arrayContaining(['pwd', 'otp', 'mfa']),
  })
})

it('what was begun is given up after its time', async () => {
  const person = await app.registered()
  const { send } = await due(person, 'bearer')
  const { id, secret } = await jsonOf(await send('/login/enrolment/app'))
  app.clock.advance(minutes(30))
  const body = { id, code: codeNow(secret, app.clock.now()) }
  const late = await send('/login/enrolment/app/confirm', body)
  expect(late.status).toBe(401)
  expect((await due(person, 'bearer')).pending_token).toMatch(/^pnd_/)
})

describe('a browser with forms', () => {
  const arrived = async () => {
    const person = await app.registered()
    const browser = new CookieJar(app)
    const { email, password } = person
    const first = await browser.submit('/login', { email, password, next: '/account/security' })
    const place = first.headers.get('location') as string
    expect([first.status, place]).toEqual([303, expect.stringMatching(/^\/login\/enrolment/)])
    expect(browser.has('sallyport')).toBe(false)
    expect((await browser.open('/dashboard')).headers.get('location')).toMatch(/^\/login/)
    return { person, browser, place }
  }

  it('sets an app up on its way in', async () => {
    const { browser, place } = await arrived()
    expect(await browser.page(place)).toContain('action="/login/enrolment/app"')
    const begun = await browser.submit('/login/enrolment/app', {})
    const page = await browser.page(begun.headers.get('location') as string)
    const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page)?.[1] as string
    const id = fieldIn(page, 'id')
    const code = codeNow(secret, app.clock.now())
    const wrong = code === '314159' ? '271828' : '314159'
    const refused = await browser.submit('/login/enrolment/app/confirm', { id, code: wrong })
    const shown = await refused.text()
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(shown).toContain('role="alert"')
    expect(shown).toContain(secret)
    const done = await browser.submit('/login/enrolment/app/confirm', { id, code })
    const codes = (await done.text()).match(recovery) ?? []
    expect(new Set(codes).size).toBe(10)
    expect([browser.has('sallyport'), browser.has('sallyport_login')]).toEqual([true, false])
    expect((await browser.open('/account/security')).status).toBe(200)
  })

  it('sets a passkey up on its way in', async () => {
    const { person, browser, place } = await arrived()
    expect(await browser.page(place)).toContain('data-options="/login/enrolment/passkey/options"')
    const { publicKey } = await browser.fetched('/login/enrolment/passkey/options')
    const key = new SoftAuthenticator()
    const credential = JSON.stringify(key.create(publicKey, { origin }))
    const done = await browser.submit('/login/enrolment/passkey', { credential })
    const codes = (await done.text()).match(recovery) ?? []
    expect(new Set(codes).size).toBe(10)
    expect(browser.has('sallyport')).toBe(true)
    expect(await browser.page('/dashboard')).toContain(person.email)
  })

  it('is not sent there without a password first', async () => {
    for (const path of ['/login/enrolment', '/login/enrolment/app']) {
      const answer = await new CookieJar(app).open(path)
      expect([answer.status, answer.headers.get('location')]).toEqual([
        303,
        expect.stringMatching(/^\/login/),
      ])
    }
  })
})

it('people who have a second factor already notice nothing', async () => {
  const before = await startApp()
  const person = await before.registered()
  const { cookie, key } = await (async () => {
    const session = await before.cookieOf(person)
    const begun = await jsonOf(await post(before, '/passkeys/options', {}, session))
    const made = new SoftAuthenticator()
    const credential = made.create(begun['publicKey'], { origin })
    const added = await post(before, '/passkeys', { credential }, session)
    return { cookie: cookieIn(added), key: made }
  })()
  await before.close()
  const now = await startApp({ requireMfa: 'all', dataDir: before.dataDir })
  expect(await now.meStatus({ cookie })).toBe(200)
  const answer = await signInByKey(now, key)
  expect(await now.meStatus({ cookie: cookieNamed(answer, 'sallyport') ?? '' })).toBe(200)
})
