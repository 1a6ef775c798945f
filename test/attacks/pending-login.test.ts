import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { cookieIn, jsonOf, sameOrigin, startApp } from '../support/app.ts'
import {
  type Guarded,
  guarded,
  outcome,
  pendingCookieOf,
  pendingOf,
  post,
  prove,
  remove,
  signInWith,
} from '../support/second-factor.ts'
import { bearing, postFields, refresh, tokensOf } from '../support/tokens.ts'

const server = 'files:q7Zk3Vw9Xc2Rt5Yb8Nm1Lp4Js6Hd0Gf3a'
const basic = { authorization: `Basic ${btoa(server)}` }
const app = await startApp({ resourceServers: [server] })
const ann = await guarded(app)
const plain = await app.registered()
const plainCookie = await app.cookieOf(plain)

describe('a pending login', async () => {
  const pending = {
    'of a browser': (await pendingCookieOf(app, ann.person)).split('=')[1] as string,
    'of a browser with tokens': (await pendingCookieOf(app, ann.person, 'token-cookie')).split(
      '=',
    )[1] as string,
    'of a program': await pendingOf(app, ann.person),
    'of a program with tokens': await pendingOf(app, ann.person, 'token'),
  }

  it.each(Object.entries(pending))('%s is nobody, wherever it is shown', async (_whose, token) => {
    const dressed = [token, ...['ses_', 'brr_', 'rft_', ''].map((p) => token.replace('pnd_', p))]
    for (const value of dressed) {
      const ways = [
        bearing(value),
        { cookie: `sallyport=${value}` },
        { cookie: `sallyport_login=${value}` },
        { cookie: `access_token=${value}` },
        { cookie: `access_token=${value}; refresh_token=${value}; sallyport=${value}` },
      ]
      for (const headers of ways) {
        for (const path of ['/me', '/users/me', '/factors', '/sessions']) {
          expect((await app.get(path, headers)).status, path).toBe(401)
        }
        const body = {
          current_password: ann.person.password,
          new_password: 'quiet meadow telescope',
        }
        const all = { ...sameOrigin(app), ...headers }
        for (const [path, fields] of [
          ['/factors/totp', {}],
          ['/factors/recovery-codes', {}],
          ['/password/change', body],
        ] as const) {
          expect((await app.postJson(path, fields, all)).status, path).toBe(401)
        }
        expect((await app.request('DELETE', '/sessions', all)).status).toBe(401)
        const page = await app.get('/account/security', { ...headers, accept: 'text/html' })
        expect(page.headers.get('location')).toMatch(/^\/login/)
        expect((await app.postJson('/refresh', {}, all)).status).not.toBe(200)
      }
      expect((await refresh(app, value)).status).toBe(401)
      const fields = { grant_type: 'refresh_token', refresh_token: value }
      expect((await postFields(app, '/token', fields)).status).toBe(400)
      const told = await postFields(app, '/introspect', { token: value }, basic)
      expect(await jsonOf(told)).toEqual({ active: false })
    }
    expect((await postFields(app, '/revoke', { token })).status).toBe(200)
  })

  it('is still good after all of that', async () => {
    const code = ann.next()
    expect(await outcome(await prove(app, pending['of a program'], { code }))).toBe(200)
  })

  it('is no other secret: sessions, tokens and form tokens begin no second step', async () => {
    const tokens = await tokensOf(app, plain)
    const others = [
      ann.cookie.split('=')[1] as string,
      plainCookie.split('=')[1] as string,
      await app.bearerOf(plain),
      tokens.access,
      tokens.refresh,
      await app.formTokenOf(ann.cookie),
      `pnd_${'A'.repeat(50)}`,
      'pnd_',
      '',
    ]
    const code = ann.next()
    for (const other of others.flatMap((each) => [each, each.replace(/^[a-z]+_/, 'pnd_')])) {
      const byBody = await prove(app, other, { code })
      expect([401, 422]).toContain(byBody.status)
      const byCookie = await post(app, '/login/factor', { code }, `sallyport_login=${other}`)
      expect(byCookie.status).toBe(401)
      const byHeader = await app.postJson('/login/factor', { code }, bearing(other))
      expect(byHeader.status).toBe(401)
    }
    expect(await signInWith(app, ann.person, { code })).toBe(200)
  })

  it('is not looked for in the address', async () => {
    const pending_token = await pendingOf(app, ann.person)
    const code = ann.next()
    const query = new URLSearchParams({ pending_token, code }).toString()
    expect((await app.postJson(`/login/factor?${query}`, { code })).status).not.toBe(200)
    expect((await app.get(`/login/factor?${query}`)).headers.getSetCookie()).toEqual([])
    expect(await outcome(await prove(app, pending_token, { code }))).toBe(200)
  })
})

describe('a pending login ends', () => {
  it('after ten minutes, and not before', async () => {
    const [first, second] = [await pendingOf(app, ann.person), await pendingOf(app, ann.person)]
    app.clock.advance(minutes(10) - 1)
    expect(await outcome(await prove(app, first, { code: ann.shown() }))).toBe(200)
    app.clock.advance(1)
    const late = await prove(app, second, { recovery_code: ann.recoveryCodes[0] })
    expect(await outcome(late)).toBe('login_expired')
  })

  it('with its first success: no second session comes of it', async () => {
    const pending = await pendingOf(app, ann.person)
    expect(await outcome(await prove(app, pending, { code: ann.next() }))).toBe(200)
    for (const proof of [{ code: ann.next() }, { recovery_code: ann.recoveryCodes[0] }]) {
      expect(await outcome(await prove(app, pending, proof))).toBe('login_expired')
    }
    expect(await signInWith(app, ann.person, { recovery_code: ann.recoveryCodes[0] })).toBe(200)
  })

  it.each<[string, (bob: Guarded) => Promise<unknown>]>([
    [
      'when the password is changed',
      async ({ cookie, person }) => {
        const body = { current_password: person.password, new_password: 'quiet meadow telescope' }
        expect((await post(app, '/password/change', body, cookie)).status).toBe(200)
      },
    ],
    ['when the account is disabled', ({ person }) => app.setStatus(person, 'disabled')],
    [
      'when the account is disabled and enabled again',
      async ({ person }) => {
        await app.setStatus(person, 'disabled')
        await app.setStatus(person, 'active')
      },
    ],
    [
      'when all other sessions are ended elsewhere',
      async ({ cookie }) => {
        const headers = { cookie, origin: app.origin }
        expect((await app.request('DELETE', '/sessions', headers)).ok).toBe(true)
      },
    ],
    [
      'when the app is removed and another one set up',
      async (bob) => {
        expect((await remove(app, bob.cookie, { code: bob.next() })).status).toBe(200)
        await guarded(app, bob.person)
      },
    ],
    [
      'when the app is removed',
      async (bob) => {
        expect((await remove(app, bob.cookie, { code: bob.next() })).status).toBe(200)
      },
    ],
  ])('%s', async (_when, change) => {
    const bob = await guarded(app)
    const pending = [await pendingOf(app, bob.person), await pendingOf(app, bob.person, 'token')]
    const cookie = await pendingCookieOf(app, bob.person)
    await change(bob)
    const code = bob.next()
    for (const token of pending) {
      const answer = await prove(app, token, { code })
      expect([answer.status, await outcome(answer)]).toEqual([401, 'login_expired'])
    }
    const recovery = { recovery_code: bob.recoveryCodes[0] }
    const answer = await post(app, '/login/factor', recovery, cookie)
    expect([answer.status, await outcome(answer)]).toEqual([401, 'login_expired'])
    expect(answer.headers.getSetCookie().join()).not.toMatch(/sallyport=s/)
  })
})

describe('a pending login of one account', () => {
  it('takes no code of another, and gives a session of its own account only', async () => {
    const [bob, eve] = [await guarded(app), await guarded(app)]
    eve.next()
    const pending = await pendingOf(app, bob.person)
    for (const proof of [{ code: eve.shown() }, { recovery_code: eve.recoveryCodes[0] }]) {
      expect(await outcome(await prove(app, pending, proof))).toBe('wrong_code')
    }
    const answer = await prove(app, pending, { code: bob.shown() })
    const { session_id } = await jsonOf(answer)
    const me = await jsonOf(await app.get('/me', bearing(session_id)))
    expect(me['email']).toBe(bob.person.email)
    expect(await signInWith(app, eve.person, { code: eve.shown() })).toBe(200)
  })

  it('beside one of another account in the cookie never mixes the two', async () => {
    const [bob, eve] = [await guarded(app), await guarded(app)]
    const cookie = await pendingCookieOf(app, bob.person)
    const pending_token = await pendingOf(app, eve.person)
    eve.next()
    const answer = await post(
      app,
      '/login/factor',
      { pending_token, code: eve.shown(), email: bob.person.email },
      cookie,
    )
    const body = await answer.text()
    const session = answer.headers.getSetCookie().find((line) => line.startsWith('sallyport=s'))
    if (session) {
      const me = await app.get('/me', { cookie: session.split(';')[0] as string })
      expect((await jsonOf(me))['email']).not.toBe(bob.person.email)
    }
    expect(body).not.toContain(bob.person.email)
    const twice = await app.postJson(
      '/login/factor',
      { code: eve.shown() },
      { cookie: `${cookie}; sallyport_login=${pending_token}`, origin: app.origin },
    )
    expect(twice.headers.getSetCookie().join()).not.toMatch(/sallyport=s/)
  })

  it('does not sign out, or change, the session that is there', async () => {
    const bob = await guarded(app)
    const { email, password } = bob.person
    const answer = await app.postJson('/login', { email, password }, { cookie: plainCookie })
    expect(cookieIn(answer)).toMatch(/^sallyport_login=/)
    expect(await app.meStatus({ cookie: plainCookie })).toBe(200)
    expect(await app.meStatus({ cookie: bob.cookie })).toBe(200)
  })
})
