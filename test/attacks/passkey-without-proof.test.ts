import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { asForm, asJson, cookieIn, type HeaderRecord, jsonOf, startApp } from '../support/app.ts'
import {
  addKey,
  confirmAsked,
  confirmed,
  creation,
  type Keyed,
  keyed,
  removeKey,
  signInAsked,
  signInByKey,
  trustedSignIn,
} from '../support/passkeys.ts'
import { factorsOf, guarded, outcome, post, remove, signInWith } from '../support/second-factor.ts'
import { SoftAuthenticator } from '../support/soft-passkey.ts'
import { bearing, refreshed, tokensIn } from '../support/tokens.ts'

const app = await startApp()
const { origin } = app
const reauthentication = 'reauthentication_required'

/** Everything that may be done to passkeys, by whoever holds this cookie. */
async function attempts(ann: Keyed, cookie: string, proof: object): Promise<unknown[]> {
  const { publicKey } = await signInAsked(app)
  const asked = { rp: { id: 'localhost' }, user: { id: '' }, pubKeyCredParams: [{ alg: -7 }] }
  const options = { ...asked, challenge: publicKey.challenge } as never
  const credential = new SoftAuthenticator().create(options, { origin })
  return Promise.all(
    [
      await post(app, '/passkeys/options', {}, cookie),
      await post(app, '/passkeys', { credential }, cookie),
      await post(app, `/passkeys/${ann.id}`, { name: 'Mine' }, cookie),
      await removeKey(app, ann.id, cookie, proof),
      await post(app, '/factors/totp', {}, cookie),
      await post(app, '/factors/recovery-codes', {}, cookie),
    ].map(outcome),
  )
}

async function expectUntouched(ann: Keyed, cookie = ann.cookie): Promise<void> {
  const { passkeys } = await jsonOf(await app.get('/passkeys', { cookie }))
  expect(passkeys).toMatchObject([{ id: ann.id, name: 'Key' }])
  expect((await signInByKey(app, ann.key)).status).toBe(200)
}

const all = (count: number, what: string) => Array.from({ length: count }, () => what)

describe('a stolen cookie whose owner proved nothing for ten minutes', () => {
  it('adds, renames and removes no passkey, and spends no proof', async () => {
    const ann = await keyed(app)
    app.clock.advance(minutes(10) + 1)
    const proof = { recovery_code: ann.recoveryCodes[0] }
    expect(await attempts(ann, ann.cookie, proof)).toEqual(all(6, reauthentication))
    await expectUntouched(ann)
    expect(await signInWith(app, ann.person, proof as never)).toBe(200)
  })

  it('adds none that was begun in time', async () => {
    const ann = await keyed(app)
    app.clock.advance(minutes(10) - 1)
    const credential = await creation(app, ann.cookie, new SoftAuthenticator())
    app.clock.advance(2)
    const answer = await post(app, '/passkeys', { credential }, ann.cookie)
    expect(await outcome(answer)).toBe(reauthentication)
    await expectUntouched(ann)
  })

  it('adds the first one neither: a password of an hour ago is none', async () => {
    const cookie = await app.cookieOf(await app.registered())
    const credential = await creation(app, cookie, new SoftAuthenticator())
    app.clock.advance(minutes(10) + 1)
    const tries = [
      await post(app, '/passkeys/options', {}, cookie),
      await post(app, '/passkeys', { credential }, cookie),
    ]
    expect(await Promise.all(tries.map(outcome))).toEqual(all(2, reauthentication))
    expect(await factorsOf(app, cookie)).toMatchObject({ mfa_enabled: false })
  })

  it('sends people to confirm that it is them, in every form', async () => {
    const ann = await keyed(app)
    app.clock.advance(minutes(10) + 1)
    const csrf_token = await app.formTokenOf(ann.cookie)
    const headers = { cookie: ann.cookie, accept: 'text/html' }
    const recovery_code = ann.recoveryCodes[0] as string
    for (const [path, fields] of [
      ['/account/security/passkeys', { credential: '{}' }],
      ['/account/security/passkeys/rename', { id: ann.id, name: 'Mine' }],
      ['/account/security/passkeys/remove', { id: ann.id, code: recovery_code }],
      ['/account/security/recovery-codes', {}],
      ['/account/security/app', {}],
      ['/account/security/devices/remove', { id: 'dv_AAAAAAAAAAAAAAAAAAAAAA' }],
    ] as const) {
      const answer = await app.postForm(path, { csrf_token, ...fields }, headers)
      expect([answer.status, answer.headers.get('location')], path).toEqual([
        303,
        expect.stringMatching(/^\/confirm\?next=/),
      ])
    }
    await expectUntouched(ann)
  })
})

describe('recency', () => {
  it('is not extended by use', async () => {
    const ann = await keyed(app)
    for (let at = 0; at < 10; at += 1) {
      app.clock.advance(minutes(1) - 1)
      for (const path of ['/me', '/sessions', '/passkeys', '/devices']) {
        expect((await app.get(path, { cookie: ann.cookie })).status, path).toBe(200)
      }
      const renamed = await post(app, `/passkeys/${ann.id}`, { name: 'Key' }, ann.cookie)
      expect(renamed.status).toBe(200)
      expect(renamed.headers.getSetCookie()).toEqual([])
    }
    app.clock.advance(11)
    const proof = { recovery_code: ann.recoveryCodes[0] }
    expect(await attempts(ann, ann.cookie, proof)).toEqual(all(6, reauthentication))
    expect(await outcome(await app.get('/sessions', { cookie: ann.cookie }))).toBe(reauthentication)
  })

  it('is not extended by new recovery codes, by refused proofs or by ending others', async () => {
    const ann = await keyed(app)
    app.clock.advance(minutes(9))
    const headers = { cookie: ann.cookie, origin }
    const made = await post(app, '/factors/recovery-codes', {}, ann.cookie)
    expect(made.status).toBe(200)
    let cookie = made.headers.getSetCookie().length ? cookieIn(made) : ann.cookie
    const ended = await app.request('DELETE', '/sessions', { ...headers, cookie })
    expect(ended.ok).toBe(true)
    cookie = ended.headers.getSetCookie().length ? cookieIn(ended) : cookie
    for (const proof of [{ password: 'quiet meadow telescope' }, { code: '123456' }]) {
      expect((await post(app, '/confirm', proof, cookie)).status).toBeGreaterThanOrEqual(400)
    }
    expect((await app.get('/sessions', { cookie })).status).toBe(200)
    app.clock.advance(minutes(1) + 1)
    expect(await app.meStatus({ cookie })).toBe(200)
    expect(await outcome(await app.get('/sessions', { cookie }))).toBe(reauthentication)
  })

  it('is not extended by new access tokens', async () => {
    const ann = await keyed(app)
    let tokens = await tokensIn(await signInByKey(app, ann.key, {}, { transport: 'token' }))
    for (let at = 0; at < 5; at += 1) {
      app.clock.advance(minutes(2) + 1)
      tokens = await refreshed(app, tokens.refresh)
    }
    const headers = bearing(tokens.access)
    expect(await app.meStatus(headers)).toBe(200)
    expect(await outcome(await app.postJson('/passkeys/options', {}, headers))).toBe(
      reauthentication,
    )
  })

  it('lasts ten minutes less a moment', async () => {
    const ann = await keyed(app)
    app.clock.advance(minutes(10) - 1)
    expect((await post(app, '/passkeys/options', {}, ann.cookie)).status).toBe(200)
  })
})

describe('one of two factors', () => {
  it('is not enough: the password alone', async () => {
    const ann = await keyed(app)
    app.clock.advance(minutes(10) + 1)
    const cookie = await confirmed(app, ann.cookie, { password: ann.person.password })
    const proof = { recovery_code: ann.recoveryCodes[0] }
    expect(await attempts(ann, cookie, proof)).toEqual(all(6, reauthentication))
    await expectUntouched(ann, cookie)
  })

  it('is not enough: a passkey that verified nobody', async () => {
    const ann = await keyed(app, undefined, { userVerified: false })
    app.clock.advance(minutes(10) + 1)
    const credential = ann.key.get(await confirmAsked(app, ann.cookie), { origin })
    const cookie = await confirmed(app, ann.cookie, { credential })
    const proof = { recovery_code: ann.recoveryCodes[0] }
    expect(await attempts(ann, cookie, proof)).toEqual(all(6, reauthentication))
    const second = ann.key.get(await confirmAsked(app, cookie), { origin })
    const still = await confirmed(app, cookie, { credential: second })
    expect(await outcome(await post(app, '/passkeys/options', {}, still))).toBe(reauthentication)
    const both = await confirmed(app, still, { password: ann.person.password })
    expect((await post(app, '/passkeys/options', {}, both)).status).toBe(200)
  })

  it('is not enough: a code or a recovery code, which is not used up', async () => {
    const ann = await guarded(app)
    const { id, cookie } = await addKey(app, ann.cookie)
    app.clock.advance(minutes(10) + 1)
    for (const proof of [{ code: ann.shown() }, { recovery_code: ann.recoveryCodes[0] }]) {
      expect(await outcome(await post(app, '/confirm', proof, cookie))).toBe('wrong_code')
      expect(await signInWith(app, ann.person, proof)).toBe(200)
    }
    const tries = [
      await post(app, '/passkeys/options', {}, cookie),
      await post(app, `/passkeys/${id}`, { name: 'Mine' }, cookie),
      await removeKey(app, id, cookie, { code: ann.next() }),
      await remove(app, cookie, { code: ann.shown() }),
    ]
    expect(await Promise.all(tries.map(outcome))).toEqual(all(4, reauthentication))
  })

  it('is not enough when the other one is older', async () => {
    const ann = await keyed(app)
    app.clock.advance(minutes(6))
    const { password } = ann.person
    const cookie = await confirmed(app, ann.cookie, { password })
    expect((await post(app, '/passkeys/options', {}, cookie)).status).toBe(200)
    app.clock.advance(minutes(4) + 1)
    const answer = await post(app, '/passkeys/options', {}, cookie)
    const { code, methods } = await jsonOf(answer)
    expect([code, methods]).toEqual([reauthentication, expect.not.arrayContaining(['password'])])
    expect(methods).toContain('passkey')
  })
})

describe('a stolen cookie that is fresh', () => {
  it.each<[string, (ann: Keyed) => Promise<object>]>([
    ['nothing', async () => ({})],
    ['the password', async ({ person }) => ({ password: person.password })],
    ['the password as a code', async ({ person }) => ({ code: person.password })],
    ['a code of no app', async () => ({ code: '123456' })],
    ['a wrong recovery code', async () => ({ recovery_code: 'aaaa-bbbb-cccc-dddd' })],
    ['null', async () => ({ credential: null })],
    ['true', async () => ({ recovery_code: true })],
    ['a list', async ({ recoveryCodes }) => ({ recovery_code: recoveryCodes })],
    [
      'an answer to a sign-in',
      async ({ key }) => ({
        credential: key.get((await signInAsked(app)).publicKey, { origin }),
      }),
    ],
    [
      'an answer that nobody asked for',
      async ({ key }) => {
        const { publicKey } = await signInAsked(app)
        const challenge = Buffer.alloc(68).toString('base64url')
        return { credential: key.get({ ...publicKey, challenge }, { origin }) }
      },
    ],
  ])('does not remove a passkey with %s', async (_what, proof) => {
    const ann = await keyed(app)
    const answer = await removeKey(app, ann.id, ann.cookie, await proof(ann))
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    await expectUntouched(ann)
  })

  it('does not remove one with an answer that confirmed already', async () => {
    const ann = await keyed(app)
    const credential = ann.key.get(await confirmAsked(app, ann.cookie), { origin })
    const cookie = await confirmed(app, ann.cookie, { credential })
    expect((await removeKey(app, ann.id, cookie, { credential })).status).toBeGreaterThan(399)
    await expectUntouched(ann, cookie)
  })

  it('removes none by a query, without a body, or by another method', async () => {
    const ann = await keyed(app)
    const code = ann.recoveryCodes[0]
    const headers = { cookie: ann.cookie, origin }
    const path = `/passkeys/${ann.id}`
    const tries = [
      await app.request('DELETE', path, headers),
      await app.request('DELETE', `${path}?recovery_code=${code}`, headers),
      await app.request('DELETE', '/passkeys', headers),
      await app.request('DELETE', '/passkeys/', headers),
      await app.postForm(path, { _method: 'DELETE', recovery_code: code as string }, headers),
      await app.request('PUT', path, { ...headers, ...asJson }, '{"name":"Mine"}'),
    ]
    for (const { status } of tries) expect(status).toBeGreaterThanOrEqual(400)
    await expectUntouched(ann)
  })
})

const foreign: readonly [string, HeaderRecord][] = [
  ['a page of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['an old browser on another site', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['a sibling host', { origin: 'http://127.0.0.1:9000', 'sec-fetch-site': 'same-site' }],
  ['a page that hides its origin', { 'sec-fetch-site': 'cross-site' }],
]

describe.each(foreign)('%s', (_from, headers) => {
  it('adds, renames, removes, confirms and distrusts nothing', async () => {
    const ann = await keyed(app)
    const bob = await guarded(app)
    const trust = await trustedSignIn(app, bob.person, bob.next())
    const { devices } = await jsonOf(await app.get('/devices', { cookie: trust.cookie }))
    const credential = await creation(app, ann.cookie, new SoftAuthenticator())
    const recovery_code = ann.recoveryCodes[0] as string
    const csrf_token = await app.formTokenOf(ann.cookie)
    const text = JSON.stringify(credential)
    const forge = (method: string, path: string, body: object, cookie: string) => {
      const fields = new URLSearchParams(body as Record<string, string>).toString()
      const json = JSON.stringify(body)
      return [
        app.request(method, path, { ...asJson, ...headers, cookie }, json),
        app.request(method, path, { ...asForm, ...headers, cookie }, fields),
        app.request(method, path, { 'content-type': 'text/plain', ...headers, cookie }, json),
      ]
    }
    const answers = await Promise.all([
      ...forge('POST', '/passkeys/options', {}, ann.cookie),
      ...forge('POST', '/passkeys', { credential }, ann.cookie),
      ...forge('POST', `/passkeys/${ann.id}`, { name: 'Mine' }, ann.cookie),
      ...forge('DELETE', `/passkeys/${ann.id}`, { recovery_code }, ann.cookie),
      ...forge('POST', '/confirm', { password: ann.person.password }, ann.cookie),
      ...forge('POST', '/confirm/options', {}, ann.cookie),
      ...forge('DELETE', `/devices/${devices[0].id}`, {}, trust.cookie),
      ...forge('POST', '/account/security/passkeys', { csrf_token, credential: text }, ann.cookie),
      ...forge(
        'POST',
        '/account/security/passkeys/rename',
        { csrf_token, id: ann.id, name: 'Mine' },
        ann.cookie,
      ),
      ...forge(
        'POST',
        '/account/security/passkeys/remove',
        { csrf_token, id: ann.id, code: recovery_code },
        ann.cookie,
      ),
      ...forge('POST', '/account/security/devices/remove', devices[0], trust.cookie),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(403)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    await expectUntouched(ann)
    expect(await signInWith(app, ann.person, { recovery_code })).toBe(200)
    expect(await jsonOf(await app.get('/devices', { cookie: trust.cookie }))).toEqual({ devices })
    // What was asked before still waits: nothing was used up.
    expect((await post(app, '/passkeys', { credential }, ann.cookie)).status).toBe(201)
  })

  it('signs nobody in by a passkey', async () => {
    const ann = await keyed(app)
    const { cookie, publicKey } = await signInAsked(app)
    const credential = ann.key.get(publicKey, { origin })
    const body = JSON.stringify({ credential })
    const json = await app.request(
      'POST',
      '/login/passkey',
      { ...asJson, ...headers, cookie },
      body,
    )
    const fields = new URLSearchParams({ credential: JSON.stringify(credential) }).toString()
    const form = await app.request(
      'POST',
      '/login/passkey',
      { ...asForm, ...headers, cookie },
      fields,
    )
    for (const answer of [json, form]) {
      expect(answer.status).toBe(403)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  })
})

describe('a form without its token', () => {
  it.each<[string, (session: string) => Promise<Record<string, string>>]>([
    ['at all', async () => ({})],
    ['but with an empty one', async () => ({ csrf_token: '' })],
    [
      'but with somebody else’s',
      async () => ({
        csrf_token: await app.formTokenOf(await app.cookieOf(await app.registered())),
      }),
    ],
    ['but with the session', async (session) => ({ csrf_token: session.split('=')[1] as string })],
  ])('%s changes nothing', async (_how, token) => {
    const ann = await keyed(app)
    const credential = JSON.stringify(await creation(app, ann.cookie, new SoftAuthenticator()))
    const { id } = ann
    const code = ann.recoveryCodes[0] as string
    for (const [path, fields] of [
      ['/account/security/passkeys', { credential }],
      ['/account/security/passkeys/rename', { id, name: 'Mine' }],
      ['/account/security/passkeys/remove', { id, code }],
      ['/account/security/devices/remove', { id: 'dv_AAAAAAAAAAAAAAAAAAAAAA' }],
      ['/confirm', { password: ann.person.password }],
    ] as const) {
      const form = { ...fields, ...(await token(ann.cookie)) } as Record<string, string>
      const answer = await app.postForm(path, form, { accept: 'text/html', cookie: ann.cookie })
      expect(answer.status, path).toBe(403)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    await expectUntouched(ann)
  })
})
