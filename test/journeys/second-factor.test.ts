import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { cookieIn, jsonOf, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import {
  enrolment,
  factorsOf,
  guarded,
  outcome,
  pendingCookieOf,
  pendingOf,
  post,
  prove,
  remove,
  setUp,
} from '../support/second-factor.ts'
import {
  accessStatus,
  bearing,
  postFields,
  refresh,
  tokensIn,
  tokensOf,
} from '../support/tokens.ts'

const app = await startApp()

describe('setting an app up', () => {
  it('gives what an app needs, and asks nothing of sign-ins before it is confirmed', async () => {
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)
    const given = await jsonOf(await post(app, '/factors/totp', {}, cookie))
    expect(given['secret']).toMatch(/^([A-Z2-7]{4} )+[A-Z2-7]{1,4}$/)
    const uri = new URL(given['uri'])
    expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp'])
    expect(uri.searchParams.get('secret')).toBe(given['secret'].replaceAll(' ', ''))
    expect(decodeURIComponent(uri.pathname)).toContain(ann.email)
    expect(given['qr_svg']).toMatch(/^<svg .*<\/svg>$/s)
    expect(Date.parse(given['expires_at'])).toBe(app.clock.now() + minutes(15))
    expect(await app.meStatus({ cookie: await app.cookieOf(ann) })).toBe(200)
    const direct = { email: ann.email, password: ann.password, totp_token: '123456' }
    expect(await app.meStatus({ cookie: cookieIn(await app.postJson('/login', direct)) })).toBe(200)
  })

  it('ends every other session, and goes on with this one under a new token', async () => {
    const ann = await app.registered()
    const [cookie, other] = [await app.cookieOf(ann), await app.cookieOf(ann)]
    const bearer = await app.bearerOf(ann)
    const tokens = await tokensOf(app, ann)
    const { cookie: renewed, recoveryCodes } = await setUp(app, cookie)
    expect(recoveryCodes).toHaveLength(10)
    expect(renewed).not.toBe(cookie)
    expect(await app.meStatus({ cookie: renewed })).toBe(200)
    expect(await app.meStatus({ cookie })).toBe(401)
    expect(await app.meStatus({ cookie: other })).toBe(401)
    expect(await app.meStatus(bearing(bearer))).toBe(401)
    expect(await accessStatus(app, tokens.access)).toBe(401)
    expect((await refresh(app, tokens.refresh)).status).toBe(401)
    expect(await jsonOf(await app.get('/me', { cookie: renewed }))).toMatchObject({
      mfa_enabled: true,
    })
  })

  it('goes on by bearer and by access token as well', async () => {
    const [bob, eve] = [await app.registered(), await app.registered()]
    const session = bearing(await app.bearerOf(bob))
    const begun = await jsonOf(await app.postJson('/factors/totp', {}, session))
    const body = { id: begun['id'], code: codeNow(begun['secret'], app.clock.now()) }
    const confirmed = await app.postJson('/factors/totp/confirm', body, session)
    expect(confirmed.status).toBe(200)
    const { session_id, recovery_codes } = await jsonOf(confirmed)
    expect([recovery_codes.length, typeof session_id]).toEqual([10, 'string'])
    expect(await app.meStatus(bearing(session_id))).toBe(200)
    expect(await app.meStatus(session)).toBe(401)

    const tokens = await tokensOf(app, eve)
    const enrolled = await jsonOf(await app.postJson('/factors/totp', {}, bearing(tokens.access)))
    const code = codeNow(enrolled['secret'], app.clock.now())
    const answer = await app.postJson(
      '/factors/totp/confirm',
      { id: enrolled['id'], code },
      bearing(tokens.access),
    )
    const renewed = await tokensIn(answer)
    expect(await accessStatus(app, renewed.access)).toBe(200)
    expect((await refresh(app, renewed.refresh)).status).toBe(200)
    expect(await accessStatus(app, tokens.access)).toBe(401)
    expect((await refresh(app, tokens.refresh)).status).toBe(401)
  })

  it('has fifteen minutes, also for a session that is fresh later', async () => {
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)
    const { id, secret } = await enrolment(app, cookie)
    const code = () => codeNow(secret, app.clock.now())
    app.clock.advance(minutes(15) + 1)
    const later = await app.cookieOf(ann)
    const answer = await post(app, '/factors/totp/confirm', { id, code: code() }, later)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await factorsOf(app, later)).toMatchObject({ mfa_enabled: false })
    expect((await setUp(app, later)).recoveryCodes).toHaveLength(10)
  })

  it('begun again replaces what was not confirmed, and never what is in use', async () => {
    const cookie = await app.cookieOf(await app.registered())
    const first = await enrolment(app, cookie)
    const second = await enrolment(app, cookie)
    expect(second.secret).not.toBe(first.secret)
    const at = app.clock.now()
    for (const [id, secret] of [
      [first.id, first.secret],
      [first.id, second.secret],
      [second.id, first.secret],
    ] as const) {
      const answer = await post(
        app,
        '/factors/totp/confirm',
        { id, code: codeNow(secret, at) },
        cookie,
      )
      expect(answer.status).toBeGreaterThanOrEqual(400)
    }
    const body = { id: second.id, code: codeNow(second.secret, at) }
    const confirmed = await post(app, '/factors/totp/confirm', body, cookie)
    expect(confirmed.status).toBe(200)
    const again = await post(app, '/factors/totp', {}, cookieIn(confirmed))
    expect([again.status, await outcome(again)]).toEqual([409, 'already_confirmed'])
  })
})

describe('signing in with a second factor', async () => {
  const ann = await guarded(app)
  const { email, password } = ann.person

  it.each(['cookie', 'token-cookie'])('as a browser that asks for %s', async (transport) => {
    const first = await app.postJson('/login', { email, password, transport })
    expect(await jsonOf(first.clone())).toMatchObject({ requires_mfa: true })
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^sallyport_login=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
    ])
    expect(await first.text()).not.toContain(cookieIn(first).split('=')[1])
    const second = await post(app, '/login/factor', { code: ann.next() }, cookieIn(first))
    expect(second.status).toBe(200)
    const cookies = second.headers.getSetCookie().map((line) => line.split(';')[0] as string)
    const session = cookies.find((each) => /^(sallyport|access_token)=./.test(each)) as string
    expect(session.split('=')[0]).toBe(transport === 'cookie' ? 'sallyport' : 'access_token')
    expect(cookies).toContain('sallyport_login=')
    expect(await app.meStatus({ cookie: session })).toBe(200)
  })

  it.each(['bearer', 'token'])('as a program that asks for %s', async (transport) => {
    const first = await app.postJson('/login', { email, password, transport })
    expect(first.headers.getSetCookie()).toEqual([])
    const said = await jsonOf(first)
    expect([said['requires_mfa'], said['session_id'], said['access_token']]).toEqual([
      true,
      undefined,
      undefined,
    ])
    const second = await prove(app, said['pending_token'], { code: ann.next() })
    expect([second.status, second.headers.getSetCookie()]).toEqual([200, []])
    const { session_id, access_token } = await jsonOf(second)
    expect(await app.meStatus(bearing(session_id ?? access_token))).toBe(200)
    expect(Boolean(access_token)).toBe(transport === 'token')
  })

  it('at the token endpoint', async () => {
    const first = await postFields(app, '/token', { username: email, password })
    const { error, mfa_token } = await jsonOf(first)
    expect([first.status, error]).toEqual([400, 'mfa_required'])
    const tokens = await tokensIn(await prove(app, mfa_token, { code: ann.next() }))
    expect(await accessStatus(app, tokens.access)).toBe(200)
    expect((await refresh(app, tokens.refresh)).status).toBe(200)
  })

  it('in one request', async () => {
    const answer = await app.postJson('/login', { email, password, totp_token: ann.next() })
    expect(await app.meStatus({ cookie: cookieIn(answer) })).toBe(200)
  })

  it('over https keeps the pending login to this host', async () => {
    const tls = await startApp({ url: 'https://id.mail.test.example' })
    const bob = await guarded(tls)
    const first = await tls.postJson('/login', { email: bob.person.email, password })
    expect(first.headers.get('set-cookie')).toMatch(
      /^__Host-sallyport_login=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    )
    const cookie = cookieIn(first)
    const code = bob.next()
    const bare = await post(tls, '/login/factor', { code }, cookie.replace('__Host-', ''))
    expect(bare.status).toBe(401)
    expect((await post(tls, '/login/factor', { code }, cookie)).status).toBe(200)
  })
})

describe.each(['memory', 'filesystem', 'sealed'] as const)(
  'with sessions in %s',
  (sessionStore) => {
    it('a second factor is set up, asked for, and removed', async () => {
      const place = await startApp({ sessionStore })
      const ann = await place.registered()
      const other = await place.cookieOf(ann)
      const { cookie, next, recoveryCodes } = await setUp(place, await place.cookieOf(ann))
      expect(await place.meStatus({ cookie: other })).toBe(401)
      const pending = await pendingCookieOf(place, ann)
      expect(
        await place.meStatus({ cookie: pending.replace('sallyport_login', 'sallyport') }),
      ).toBe(401)
      const answer = await post(place, '/login/factor', { code: next() }, pending)
      expect(answer.status).toBe(200)
      const session = answer.headers.getSetCookie()[0]?.split(';')[0] as string
      expect(await place.meStatus({ cookie: session })).toBe(200)
      const replay = await post(place, '/login/factor', { code: next() }, pending)
      expect(replay.status).toBe(401)
      const bearer = await prove(place, await pendingOf(place, ann), {
        recovery_code: recoveryCodes[0],
      })
      expect(await place.meStatus(bearing((await jsonOf(bearer))['session_id']))).toBe(200)
      const removed = await remove(place, session, { code: next() })
      expect(removed.status).toBe(200)
      expect(await place.meStatus({ cookie: cookieIn(removed) })).toBe(200)
      expect(await place.meStatus({ cookie })).toBe(401)
      expect(await place.meStatus({ cookie: session })).toBe(401)
    })
  },
)
