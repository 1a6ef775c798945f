import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/kernel/clock.ts'
import { type App, cookiesIn, jsonOf, type Person, sameOrigin, startApp } from '../support/app.ts'
import {
  accessStatus,
  bearing,
  expectDead,
  partOf,
  refresh,
  refreshed,
  tokensOf,
} from '../support/tokens.ts'

const app = await startApp()
const hours = (count: number) => minutes(60 * count)
const days = (count: number) => hours(24 * count)
const ann = await app.registered()

const login = (on: App, { email, password }: Person, transport: string) =>
  on.postJson('/login', { email, password, transport })

/** `name=value` of all cookies that an answer sets. */
const cookiesOf = (answer: Response) =>
  cookiesIn(answer)
    .map((line) => line.split(';')[0])
    .join('; ')

describe('a sign-in with tokens', () => {
  it('gives both in the body, and no cookie', async () => {
    const answer = await login(app, ann, 'token')
    expect(answer.status).toBe(200)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await jsonOf(answer)).toEqual({
      access_token: expect.stringMatching(/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/) as unknown,
      refresh_token: expect.stringMatching(/^rft_[\w-]{60,100}$/) as unknown,
      token_type: 'bearer',
      expires_in: 900,
      message: 'Login successful',
    })
  })

  it('gives an access token that says who, whose, for whom and how long, and nothing more', async () => {
    const { access } = await tokensOf(app, ann)
    expect(partOf(access, 0)).toEqual({
      alg: 'EdDSA',
      typ: 'at+jwt',
      kid: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    })
    const now = Math.floor(app.clock.now() / 1000)
    expect(partOf(access, 1)).toEqual({
      iss: app.origin,
      aud: app.origin,
      sub: expect.stringMatching(/^acc_/) as unknown,
      client_id: expect.any(String) as unknown,
      iat: now,
      exp: now + 900,
      auth_time: now,
      amr: ['pwd'],
      acr: 'aal1',
      jti: expect.stringMatching(/^[\w-]{22}$/) as unknown,
      sid: expect.stringMatching(/^sn_/) as unknown,
    })
    expect(partOf((await tokensOf(app, ann)).access, 1)['jti']).not.toBe(partOf(access, 1)['jti'])
  })

  it('tells the audience that was set, and takes no token for another', async () => {
    const tokenAudience = 'https://api.mail.test.example'
    const other = await startApp({ dataDir: app.dataDir, tokenAudience })
    const { access } = await tokensOf(other, ann)
    expect(partOf(access, 1)).toMatchObject({ aud: tokenAudience, iss: app.origin })
    expect(await accessStatus(other, access)).toBe(200)
    expect(await accessStatus(app, access)).toBe(401)
  })

  it.each([
    [
      'http://127.0.0.1:8000',
      [
        /^access_token=eyJ[\w.-]+; Max-Age=900; Path=\/; HttpOnly; SameSite=Lax$/,
        /^refresh_token=rft_[\w-]+; Max-Age=604800; Path=\/refresh; HttpOnly; SameSite=Strict$/,
      ],
    ],
    [
      'https://id.mail.test.example',
      [
        /^__Host-access_token=eyJ[\w.-]+; Max-Age=900; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
        /^__Secure-refresh_token=rft_[\w-]+; Max-Age=604800; Path=\/refresh; HttpOnly; SameSite=Strict; Secure$/,
      ],
    ],
  ])(
    'in cookies, at %s, gives both there and nowhere else, and takes both again',
    async (url, form) => {
      const on = await startApp({ url, dataDir: app.dataDir })
      const answer = await login(on, ann, 'token-cookie')
      const lines = cookiesIn(answer)
      expect(lines).toEqual(form.map((line) => expect.stringMatching(line) as unknown))
      expect(await answer.text()).not.toMatch(/eyJ[\w-]+\.eyJ|rft_[\w-]{20}/)

      const next = await on.postJson(
        '/refresh',
        {},
        { ...sameOrigin(on), cookie: cookiesOf(answer) },
      )
      expect(next.status).toBe(200)
      expect(next.headers.getSetCookie()).toEqual(
        form.map((line) => expect.stringMatching(line) as unknown),
      )
      expect(next.headers.getSetCookie()).not.toEqual(lines)
      expect(await next.text()).not.toMatch(/eyJ[\w-]+\.eyJ|rft_[\w-]{20}/)
      expect(await on.meStatus({ cookie: cookiesOf(next).split('; ')[0] ?? '' })).toBe(200)

      const out = await on.postJson('/logout', {}, { ...sameOrigin(on), cookie: cookiesOf(next) })
      const cleared = out.headers.getSetCookie()
      for (const line of lines) {
        const [name, attributes = ''] = [line.split('=')[0], /; Path.*/.exec(line)?.[0]]
        expect(cleared).toContain(`${name}=; Max-Age=0${attributes}`)
      }
      expect(await on.meStatus({ cookie: cookiesOf(next).split('; ')[0] ?? '' })).toBe(401)
    },
  )

  it('takes the cookies back from whoever cannot refresh any more', async () => {
    const cookie = cookiesOf(await login(app, ann, 'token-cookie'))
    await app.postJson('/logout', {}, { ...sameOrigin(app), cookie })
    const answer = await app.postJson('/refresh', {}, { ...sameOrigin(app), cookie })
    expect(answer.status).toBe(401)
    expect((await jsonOf(answer))['detail']).toBe('Invalid refresh token')
    expect(answer.headers.getSetCookie()).toHaveLength(2)
    for (const line of answer.headers.getSetCookie()) expect(line).toContain('Max-Age=0')
  })

  it('gives tokens that live as long as was set, in cookies too', async () => {
    const options = {
      accessTokenLifetime: '5m',
      refreshTokenIdle: '1h',
      refreshTokenLifetime: '2h',
    }
    const brief = await startApp({ ...options, dataDir: app.dataDir })
    const [access, token] = (await login(brief, ann, 'token-cookie')).headers.getSetCookie()
    expect(access).toContain('Max-Age=300;')
    expect(token).toContain('Max-Age=3600;')
    let tokens = await tokensOf(brief, ann)
    const { iat, exp } = partOf(tokens.access, 1)
    expect((exp as number) - (iat as number)).toBe(300)
    for (let turn = 0; turn < 2; turn += 1) {
      brief.clock.advance(minutes(50))
      tokens = await refreshed(brief, tokens.refresh)
    }
    brief.clock.advance(minutes(20))
    await expectDead(brief, tokens)
  })
})

describe('every door', () => {
  it.each(['cookie', 'bearer', 'access token', 'access token in a cookie'])(
    'opens to a sign-in by %s alike',
    async (kind) => {
      const credentials = {
        cookie: async () => ({ cookie: await app.cookieOf(ann) }),
        bearer: async () => bearing(await app.bearerOf(ann)),
        'access token': async () => bearing((await tokensOf(app, ann)).access),
        'access token in a cookie': async () => ({
          cookie: `access_token=${(await tokensOf(app, ann)).access}`,
        }),
      }
      const headers = await credentials[kind as keyof typeof credentials]()
      const me = await app.get('/me', headers)
      expect([me.status, await jsonOf(me)]).toMatchObject([200, { email: ann.email }])
      expect(await jsonOf(await app.get('/users/me', headers))).toMatchObject({
        username: ann.email,
        email: ann.email,
        full_name: ann.full_name,
        disabled: false,
      })
      for (const path of ['/sessions', '/dashboard', '/account/sessions', '/password/change']) {
        expect((await app.get(path, headers)).status, path).toBe(200)
      }
      expect(await app.auth.authenticate({ headers })).toBeDefined()
    },
  )

  it('knows which sign-in of the list it is', async () => {
    const { access } = await tokensOf(app, ann)
    const { sessions } = await jsonOf(await app.get('/sessions', bearing(access)))
    const current = sessions.filter((session: { current: boolean }) => session.current)
    expect(current).toMatchObject([{ id: partOf(access, 1)['sid'], transport: 'token' }])
  })

  it('tells whoever has no token of how to bring one, and nothing of an error', async () => {
    const answer = await app.get('/users/me')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(answer.headers.get('www-authenticate')).not.toContain('error')
  })
})

describe('a refresh', () => {
  it('gives an access token and the next refresh token of the same sign-in', async () => {
    const first = await tokensOf(app, ann)
    app.clock.advance(minutes(20))
    expect(await accessStatus(app, first.access)).toBe(401)
    const answer = await refresh(app, first.refresh)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.getSetCookie()).toEqual([])
    const body = await jsonOf(answer)
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 900 })
    expect(body['refresh_token']).not.toBe(first.refresh)
    expect(partOf(body['access_token'], 1)['sid']).toBe(partOf(first.access, 1)['sid'])
    expect(await accessStatus(app, body['access_token'])).toBe(200)
  })

  it.each([
    ['nothing', {}],
    ['an empty text', { refresh_token: '' }],
    ['garbage', { refresh_token: 'garbage' }],
    ['a text of 10 000 letters', { refresh_token: 'a'.repeat(10_000) }],
    ['one that is right but for its end', { refresh_token: `rft_${'A'.repeat(78)}` }],
  ])('is refused with %s', async (_what, body) => {
    const answer = await app.postJson('/refresh', body)
    expect(answer.status).toBe(401)
    expect(await jsonOf(answer)).toMatchObject({ detail: 'Invalid refresh token' })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
  })

  it('is never done for a token in the address', async () => {
    const { refresh: token } = await tokensOf(app, ann)
    for (const body of [{}, { refresh_token: token }]) {
      const answer = await app.postJson(`/refresh?refresh_token=${token}`, body)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(await answer.text()).not.toMatch(/eyJ[\w-]+\.eyJ/)
    }
    expect((await refresh(app, token)).status).toBe(200)
  })

  it('is possible for seven days, to the instant', async () => {
    const [kept, lost] = [await tokensOf(app, ann), await tokensOf(app, ann)]
    app.clock.advance(days(7) - 1)
    const next = await refreshed(app, kept.refresh)
    app.clock.advance(1)
    await expectDead(app, lost)
    app.clock.advance(days(7) - 2)
    expect((await refresh(app, next.refresh)).status).toBe(200)
  })

  it('is possible for thirty days in all, however often it was done', async () => {
    let tokens = await tokensOf(app, ann)
    for (let day = 1; day < 30; day += 1) {
      app.clock.advance(days(1))
      tokens = await refreshed(app, tokens.refresh)
    }
    app.clock.advance(days(1) - 1)
    expect(await accessStatus(app, (await refreshed(app, tokens.refresh)).access)).toBe(200)
    app.clock.advance(1)
    await expectDead(app, tokens)
  })

  it('gives no access token that outlives its sign-in', async () => {
    let tokens = await tokensOf(app, ann)
    for (let day = 0; day < 29; day += 1) {
      app.clock.advance(days(1))
      tokens = await refreshed(app, tokens.refresh)
    }
    app.clock.advance(days(1) - seconds(60))
    tokens = await refreshed(app, tokens.refresh)
    app.clock.advance(seconds(60))
    expect(await accessStatus(app, tokens.access)).toBe(401)
  })

  it('is what keeps the sign-in: a cookie session beside it has its own life', async () => {
    const cookie = await app.cookieOf(ann)
    const tokens = await tokensOf(app, ann)
    app.clock.advance(hours(25))
    expect(await app.meStatus({ cookie })).toBe(401)
    expect((await refresh(app, tokens.refresh)).status).toBe(200)
  })
})
