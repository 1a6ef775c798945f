import { describe, expect, it } from 'vitest'
import {
  asForm,
  asJson,
  cookiesIn,
  type HeaderRecord,
  sameOrigin,
  startApp,
} from '../support/app.ts'
import { accessStatus, partOf, refresh } from '../support/tokens.ts'

const app = await startApp()
const ann = await app.registered()

/** Both cookies as a browser keeps them; it sends the second to /refresh only. */
async function signedIn() {
  const { email, password } = ann
  const answer = await app.postJson('/login', { email, password, transport: 'token-cookie' })
  expect(answer.status).toBe(200)
  const pairs = cookiesIn(answer).map((line) => line.split(';')[0] ?? '')
  expect(pairs.map((pair) => pair.split('=')[0])).toEqual(['access_token', 'refresh_token'])
  const [access = '', token = ''] = pairs
  return { access, token, both: pairs.join('; ') }
}

const { access, token, both } = await signedIn()

async function expectUntouched(): Promise<void> {
  expect(await app.meStatus({ cookie: access })).toBe(200)
  const headers = { ...sameOrigin(app), cookie: token }
  expect((await app.postJson('/refresh', {}, headers)).status).toBe(200)
}

const foreign: [string, HeaderRecord][] = [
  ['null', { origin: 'null' }],
  ['another site', { origin: 'https://evil.example' }],
  ['another port', { origin: 'http://127.0.0.1:9000' }],
  ['cross-site', { 'sec-fetch-site': 'cross-site' }],
  ['same-site', { 'sec-fetch-site': 'same-site' }],
  ['ours, and cross-site', { origin: app.origin, 'sec-fetch-site': 'cross-site' }],
]

const kinds: [HeaderRecord, string][] = [
  [asJson, '{}'],
  [asJson, JSON.stringify({ current_password: ann.password, new_password: 'quiet meadow lamp' })],
  [asForm, 'a=1'],
  [asForm, ''],
  [{ 'content-type': 'text/plain' }, '{}'],
  [{}, ''],
]

const changing: [string, string][] = [
  ['POST', '/refresh'],
  ['POST', '/logout'],
  ['POST', '/password/change'],
  ['POST', '/account/sessions'],
  ['POST', '/login'],
  ['DELETE', '/sessions'],
  ['DELETE', `/sessions/${partOf(access, 1)['sid']}`],
]

describe('a request from another site that carries token cookies (CWE-352)', () => {
  it.each(foreign)('changes nothing: origin %s', async (_from, origin) => {
    for (const [method, path] of changing) {
      for (const [type, body] of kinds) {
        const bytes = new TextEncoder().encode(body)
        const headers = { cookie: both, ...origin, ...type }
        const answer = await app.request(method, path, headers, bytes)
        expect(answer.status, `${method} ${path} ${JSON.stringify(type)}`).toBe(403)
        expect(answer.headers.getSetCookie()).toEqual([])
        expect(await answer.text()).not.toMatch(/rft_[\w-]{20}|eyJ[\w-]+\.eyJ/)
      }
    }
    await expectUntouched()
  })
})

describe('a form that carries token cookies', () => {
  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['the access token', access.split('=')[1]],
    ['the refresh token', token.split('=')[1]],
    ['that of another sign-in', 'another'],
  ])('changes nothing with %s for its token', async (_what, given) => {
    const other = given === 'another' ? await app.formTokenOf((await signedIn()).access) : given
    const fields = { end: 'others', ...(other !== undefined && { csrf_token: other }) }
    for (const path of ['/logout', '/account/sessions', '/password/change']) {
      const answer = await app.postForm(path, fields, { cookie: both })
      expect(answer.status, path).toBe(403)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    await expectUntouched()
  })

  it('is heard with the token of its own page', async () => {
    const mine = await signedIn()
    const csrf_token = await app.formTokenOf(mine.access)
    expect(csrf_token).not.toBe('')
    const answer = await app.postForm('/logout', { csrf_token }, { cookie: mine.access })
    expect(answer.status).toBe(303)
    expect(await app.meStatus({ cookie: mine.access })).toBe(401)
    const headers = { ...sameOrigin(app), cookie: mine.token }
    expect((await app.postJson('/refresh', {}, headers)).status).toBe(401)
  })
})

describe('by GET', () => {
  it.each(['/refresh', '/logout', '/token', '/revoke', '/introspect'])(
    '%s does nothing',
    async (path) => {
      const answer = await app.get(path, { cookie: both })
      expect(answer.status).toBe(405)
      expect(answer.headers.getSetCookie()).toEqual([])
      await expectUntouched()
    },
  )
})

describe('a second token cookie, tossed by a sibling host', () => {
  it('makes the request nobody’s: two access tokens', async () => {
    const thief = await signedIn()
    for (const cookie of [
      `${access}; ${thief.access}`,
      `${thief.access}; ${access}`,
      `${access}; ${access}`,
      `access_token=; ${access}`,
      `${access}; a=1; access_token=x`,
      `${access}; sallyport=x`,
      `sallyport=; ${access}; sallyport=`,
    ]) {
      expect(await app.meStatus({ cookie }), cookie.slice(0, 20)).toBe(401)
      expect(await app.auth.authenticate({ headers: { cookie } })).toBeUndefined()
    }
    await expectUntouched()
  })

  it('does not speak for whoever it is of, where two session cookies are nobody’s', async () => {
    const session = await app.cookieOf(ann)
    const thief = await signedIn()
    for (const tossed of ['sallyport=', 'sallyport=x', session]) {
      const cookie = `${session}; ${tossed}; ${thief.access}`
      expect(await app.meStatus({ cookie })).toBe(401)
      expect(await app.auth.authenticate({ headers: { cookie } })).toBeUndefined()
    }
    expect(await app.meStatus({ cookie: session })).toBe(200)
  })

  it('makes the request nobody’s: two refresh tokens', async () => {
    const thief = await signedIn()
    for (const cookie of [
      `${token}; ${thief.token}`,
      `${thief.token}; ${token}`,
      `${token}; ${token}`,
      `refresh_token=; ${token}`,
    ]) {
      const answer = await app.postJson('/refresh', {}, { ...sameOrigin(app), cookie })
      expect(answer.status).toBe(401)
      expect(answer.headers.getSetCookie().filter((line) => /eyJ|rft_/.test(line))).toEqual([])
    }
    await expectUntouched()
  })

  it('makes the request nobody’s: a cookie and a body that differ', async () => {
    const thief = await signedIn()
    const refresh_token = thief.token.split('=')[1]
    const headers = { ...sameOrigin(app), cookie: token }
    const answer = await app.postJson('/refresh', { refresh_token }, headers)
    const text = await answer.text()
    // One of the two may be heard; the answer must not put the tokens of one in the place of the other.
    if (answer.status === 200) expect(answer.headers.getSetCookie()).toEqual([])
    else expect(text).not.toMatch(/rft_[\w-]{20}|eyJ[\w-]+\.eyJ/)
    expect((await refresh(app, token.split('=')[1] ?? '')).status).toBe(200)
  })

  it('is not taken for the real one: on https, one without the prefix', async () => {
    const tls = await startApp({ url: 'https://id.mail.test.example', hashThreads: 1 })
    const bob = await tls.registered()
    const login = { email: bob.email, password: bob.password, transport: 'token-cookie' }
    const answer = await tls.postJson('/login', login)
    const values = cookiesIn(answer).map((line) => /=([^;]*)/.exec(line)?.[1] ?? '')
    const [jwt = '', rft = ''] = values
    expect(await accessStatus(tls, jwt)).toBe(200)
    for (const name of ['access_token', '__host-access_token', '__Secure-access_token']) {
      expect(await tls.meStatus({ cookie: `${name}=${jwt}` }), name).toBe(401)
    }
    for (const name of ['refresh_token', '__secure-refresh_token', '__Host-refresh_token']) {
      const headers = { ...sameOrigin(tls), cookie: `${name}=${rft}` }
      expect((await tls.postJson('/refresh', {}, headers)).status, name).toBe(401)
    }
    const headers = { ...sameOrigin(tls), cookie: `__Secure-refresh_token=${rft}` }
    expect((await tls.postJson('/refresh', {}, headers)).status).toBe(200)
    expect(await tls.meStatus({ cookie: `__Host-access_token=${jwt}` })).toBe(200)
  })
})
