import { describe, expect, it } from 'vitest'
import { asForm, asJson, type HeaderRecord, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import {
  enrolment,
  factorsOf,
  guarded,
  outcome,
  pendingCookieOf,
  post,
  signInWith,
} from '../support/second-factor.ts'

const app = await startApp()

const foreign: readonly [string, HeaderRecord][] = [
  ['a page of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['an old browser on another site', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['a sibling host', { origin: 'http://127.0.0.1:9000', 'sec-fetch-site': 'same-site' }],
  ['a page that hides its origin', { 'sec-fetch-site': 'cross-site' }],
]

describe.each(foreign)('%s', (_from, headers) => {
  const forge = (method: string, path: string, body: Record<string, unknown>, cookie: string) => [
    app.request(method, path, { ...asJson, ...headers, cookie }, JSON.stringify(body)),
    app.request(
      method,
      path,
      { ...asForm, ...headers, cookie },
      new URLSearchParams(body as Record<string, string>).toString(),
    ),
    app.request(
      method,
      path,
      { 'content-type': 'text/plain', ...headers, cookie },
      JSON.stringify(body),
    ),
  ]

  it('finishes no pending login, nor spends its tries', async () => {
    const ann = await guarded(app)
    const cookie = await pendingCookieOf(app, ann.person)
    const code = ann.next()
    const tries = [
      ...forge('POST', '/login/factor', { code }, cookie),
      ...forge('POST', '/login/factor', { code: ann.wrong() }, cookie),
      ...forge('POST', '/login/factor', { recovery_code: ann.recoveryCodes[0] }, cookie),
    ]
    for (const answer of await Promise.all(tries)) {
      expect(answer.status).toBe(403)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    expect(await outcome(await post(app, '/login/factor', { code }, cookie))).toBe(200)
  })

  it('sets up, confirms, renews and removes nothing', async () => {
    const eve = await app.registered()
    const bare = await app.cookieOf(eve)
    const { id, secret } = await enrolment(app, bare)
    const code = codeNow(secret, app.clock.now())
    const ann = await guarded(app)
    const right = ann.next()
    const tries = [
      ...forge('POST', '/factors/totp', {}, bare),
      ...forge('POST', '/factors/totp/confirm', { id, code }, bare),
      ...forge('POST', '/account/security/app', {}, bare),
      ...forge('POST', '/account/security/app/confirm', { id, code }, bare),
      ...forge('POST', '/factors/recovery-codes', {}, ann.cookie),
      ...forge('DELETE', '/factors/totp', { code: right }, ann.cookie),
      ...forge('POST', '/account/security/recovery-codes', {}, ann.cookie),
      ...forge('POST', '/account/security/app/remove', { code: right }, ann.cookie),
    ]
    for (const answer of await Promise.all(tries)) {
      expect(answer.status).toBe(403)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    expect(await factorsOf(app, bare)).toMatchObject({ mfa_enabled: false })
    expect(await signInWith(app, ann.person, { code: right })).toBe(200)
    expect(await signInWith(app, ann.person, { recovery_code: ann.recoveryCodes[0] })).toBe(200)
    // The enrolment that waited was neither replaced nor used up.
    expect(await outcome(await post(app, '/factors/totp/confirm', { id, code }, bare))).toBe(200)
  })
})

describe('a form of the security page', () => {
  it.each<[string, (cookie: string) => Promise<Record<string, string>>]>([
    ['without its token', async () => ({})],
    ['with an empty token', async () => ({ csrf_token: '' })],
    [
      'with somebody else’s token',
      async () => ({
        csrf_token: await app.formTokenOf(await app.cookieOf(await app.registered())),
      }),
    ],
    ['with the session token', async (cookie) => ({ csrf_token: cookie.split('=')[1] as string })],
  ])('%s changes nothing', async (_how, token) => {
    const bare = await app.cookieOf(await app.registered())
    const { id, secret } = await enrolment(app, bare)
    const code = codeNow(secret, app.clock.now())
    const ann = await guarded(app)
    const right = ann.next()
    const html = { accept: 'text/html' }
    for (const [path, fields, cookie] of [
      ['/account/security/app', {}, bare],
      ['/account/security/app/confirm', { id, code }, bare],
      ['/account/security/recovery-codes', {}, ann.cookie],
      ['/account/security/app/remove', { code: right }, ann.cookie],
      ['/account/security/app/remove', { recovery_code: ann.recoveryCodes[0] }, ann.cookie],
    ] as const) {
      const form = { ...fields, ...(await token(cookie)) } as Record<string, string>
      const answer = await app.postForm(path, form, { ...html, cookie })
      expect(answer.status, path).toBe(403)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    expect(await factorsOf(app, bare)).toMatchObject({ mfa_enabled: false })
    expect(await signInWith(app, ann.person, { code: right })).toBe(200)
    expect(await signInWith(app, ann.person, { recovery_code: ann.recoveryCodes[0] })).toBe(200)
    expect(await outcome(await post(app, '/factors/totp/confirm', { id, code }, bare))).toBe(200)
  })
})

describe('the second step', () => {
  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'sends nobody to %s, asked for in either step',
    async (next) => {
      const ann = await guarded(app)
      const { email, password } = ann.person
      const first = await app.postForm('/login', { email, password, next })
      expect(first.headers.get('location')).toMatch(/^\/login\/factor/)
      const cookie = first.headers.getSetCookie()[0]?.split(';')[0] as string
      const fields = { code: ann.next(), next }
      const second = await app.postForm('/login/factor', fields, { cookie })
      expect([303, 422]).toContain(second.status)
      if (second.status === 303) expect(second.headers.get('location')).toBe('/dashboard')
    },
  )
})
