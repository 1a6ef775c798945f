import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { asJson, cookieIn, jsonOf, startApp } from '../support/app.ts'
import { CookieJar, credentialsIn, fieldIn, transports } from '../support/cookie-jar.ts'
import {
  addKey,
  factorAsked,
  keyed,
  removeKey,
  signInAsked,
  signInByKey,
} from '../support/passkeys.ts'
import {
  factorsOf,
  outcome,
  pendingCookieOf,
  pendingOf,
  post,
  prove,
  refusal,
} from '../support/second-factor.ts'
import { SoftAuthenticator } from '../support/soft-passkey.ts'
import { partOf } from '../support/tokens.ts'

const app = await startApp()
const { origin } = app

describe.each(transports)('a program with %s', (transport) => {
  it('adds a passkey, signs in by it, renames it, and removes it', async () => {
    const { email, password } = await app.registered()
    let headers = await credentialsIn(
      app,
      await app.postJson('/login', { email, password, transport }),
    )
    const send = async (path: string, body: unknown) => app.postJson(path, body, headers)
    const list = async () => (await jsonOf(await app.get('/passkeys', headers)))['passkeys']
    expect(await list()).toEqual([])

    const key = new SoftAuthenticator({ counts: true })
    const { publicKey } = await jsonOf(await send('/passkeys/options', {}))
    expect(publicKey).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: email },
      timeout: minutes(5),
      excludeCredentials: [],
      attestation: 'none',
    })
    const added = await send('/passkeys', {
      credential: key.create(publicKey, { origin }),
      name: 'Desk',
    })
    expect(added.status).toBe(201)
    const { passkey, recovery_codes } = await jsonOf(added.clone())
    expect(new Set(recovery_codes).size).toBe(10)
    expect(passkey).toMatchObject({ name: 'Desk', synced: false, last_used_at: null })
    const old = headers
    headers = await credentialsIn(app, added)
    expect([await app.meStatus(old), await app.meStatus(headers)]).toEqual([401, 200])
    expect(await list()).toEqual([passkey])
    expect(await jsonOf(await app.get('/factors', headers))).toMatchObject({
      mfa_enabled: true,
      totp: { enabled: false },
      recovery_codes: { left: 10 },
      passkeys: { count: 1 },
    })

    app.clock.advance(minutes(1))
    const signedIn = await signInByKey(app, key, {}, { transport })
    expect(signedIn.status).toBe(200)
    headers = await credentialsIn(app, signedIn)
    const [used] = await list()
    expect(Date.parse(used.last_used_at)).toBe(app.clock.now())
    const { sessions } = await jsonOf(await app.get('/sessions', headers))
    const at = new Date(app.clock.now()).toISOString()
    expect(sessions.find(({ current }: { current: boolean }) => current)).toMatchObject({
      transport: transport === 'token-cookie' ? 'token' : transport,
      acr: 'aal2',
      methods: [{ method: 'passkey', at }],
    })

    expect((await send(`/passkeys/${passkey.id}`, { name: 'Kitchen' })).status).toBe(200)
    expect(await list()).toMatchObject([{ id: passkey.id, name: 'Kitchen' }])

    const asked = await jsonOf(await send('/confirm/options', {}))
    const credential = key.get(asked['publicKey'], { origin })
    const removed = await app.request(
      'DELETE',
      `/passkeys/${passkey.id}`,
      { ...asJson, ...headers },
      JSON.stringify({ credential }),
    )
    expect(removed.status, await removed.clone().text()).toBe(200)
    headers = await credentialsIn(app, removed)
    expect(await list()).toEqual([])
    expect(await jsonOf(await app.get('/factors', headers))).toMatchObject({ mfa_enabled: false })
    expect((await signInByKey(app, key)).status).toBe(401)
    const plain = await app.postJson('/login', { email, password, transport })
    expect(await app.meStatus(await credentialsIn(app, plain))).toBe(200)
  })

  it('signs in with a password, and the passkey as the second step', async () => {
    const { person, key } = await keyed(app)
    const inBody = transport === 'bearer' || transport === 'token'
    const pending_token = inBody ? await pendingOf(app, person, transport) : undefined
    const cookie = inBody ? '' : await pendingCookieOf(app, person, transport)
    const headers = { cookie, origin }
    const asked = await app.postJson('/login/factor/options', { pending_token }, headers)
    const { publicKey } = await jsonOf(asked)
    expect(publicKey.allowCredentials).toMatchObject([{ type: 'public-key' }])
    const body = { pending_token, credential: key.get(publicKey, { origin }) }
    const answer = await app.postJson('/login/factor', body, headers)
    expect(answer.status, await answer.clone().text()).toBe(200)
    expect(await app.meStatus(await credentialsIn(app, answer))).toBe(200)
  })

  it('with a passkey that verifies nobody, is asked for the password', async () => {
    const { person, key } = await keyed(app, undefined, { userVerified: false })
    const first = await signInByKey(app, key, {}, { transport })
    const said = await jsonOf(first.clone())
    expect(said).toMatchObject({
      requires_mfa: true,
      factors: expect.arrayContaining(['password']),
    })
    const { pending_token } = said
    const cookie = pending_token ? '' : cookieIn(first)
    const body = { pending_token, password: person.password }
    const answer = await app.postJson('/login/factor', body, { cookie, origin })
    expect(answer.status, await answer.clone().text()).toBe(200)
    const { sessions } = await jsonOf(await app.get('/sessions', await credentialsIn(app, answer)))
    expect(sessions.find(({ current }: { current: boolean }) => current)).toMatchObject({
      acr: 'aal2',
    })
  })
})

describe('a browser with forms', () => {
  const inBrowser = async () => {
    const person = await app.registered()
    const browser = new CookieJar(app)
    const { email, password } = person
    const signedIn = await browser.submit('/login', { email, password })
    expect(signedIn.headers.get('location')).toBe('/dashboard')
    return { person, browser }
  }

  const added = async (options = {}) => {
    const { person, browser } = await inBrowser()
    const key = new SoftAuthenticator(options)
    const page = await browser.page('/account/security')
    const { publicKey } = await browser.fetched('/passkeys/options')
    const credential = JSON.stringify(key.create(publicKey, { origin }))
    const fields = { csrf_token: fieldIn(page, 'csrf_token'), credential }
    const answer = await browser.submit('/account/security/passkeys', fields)
    expect(answer.status).toBe(200)
    const codes = (await answer.text()).match(/\b[0-9a-z]{4}(-[0-9a-z]{4}){3}\b/g) ?? []
    expect(new Set(codes).size).toBe(10)
    return { person, browser, key, codes }
  }

  const answered = async (browser: CookieJar, key: SoftAuthenticator, options: string) =>
    JSON.stringify(key.get((await browser.fetched(options))['publicKey'], { origin }))

  const signOut = async (browser: CookieJar) => {
    const csrf_token = fieldIn(await browser.page('/dashboard'), 'csrf_token')
    await browser.submit('/logout', { csrf_token })
    expect(browser.has('sallyport')).toBe(false)
  }

  it('adds a passkey, sees its recovery codes once, and signs in by it', async () => {
    const { person, browser, key, codes } = await added()
    const list = await browser.page('/account/security')
    for (const code of codes) expect(list).not.toContain(code)
    await signOut(browser)
    const page = await browser.page('/login')
    expect(page).toContain('action="/login/passkey"')
    expect(page).toContain('autocomplete="username webauthn"')
    const credential = await answered(browser, key, '/login/passkey/options')
    const answer = await browser.submit('/login/passkey', { credential })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/dashboard'])
    expect(await browser.page('/dashboard')).toContain(person.email)
  })

  it('is led where it wanted to go', async () => {
    const { browser, key } = await added()
    await signOut(browser)
    const refused = await browser.open('/account/sessions')
    const page = await browser.page(refused.headers.get('location') as string)
    expect(fieldIn(page, 'next')).toBe('/account/sessions')
    const credential = await answered(browser, key, '/login/passkey/options')
    const fields = { credential, next: '/account/sessions' }
    const answer = await browser.submit('/login/passkey', fields)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account/sessions'])
    expect((await browser.open('/account/sessions')).status).toBe(200)
  })

  it('uses it as the second step', async () => {
    const { person, browser, key } = await added()
    await signOut(browser)
    const { email, password } = person
    const first = await browser.submit('/login', { email, password })
    expect(first.headers.get('location')).toMatch(/^\/login\/factor/)
    expect(await browser.page('/login/factor')).toContain('data-options="/login/factor/options"')
    const credential = await answered(browser, key, '/login/factor/options')
    const answer = await browser.submit('/login/factor', { credential })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/dashboard'])
    expect(browser.has('sallyport_login')).toBe(false)
  })

  it('is asked for the password as well when nobody was verified', async () => {
    const { person, browser, key } = await added({ userVerified: false })
    await signOut(browser)
    const credential = await answered(browser, key, '/login/passkey/options')
    const first = await browser.submit('/login/passkey', { credential })
    expect(first.headers.get('location')).toMatch(/^\/login\/factor/)
    expect(browser.has('sallyport')).toBe(false)
    expect(await browser.page('/login/factor')).toContain('name="password"')
    const { password } = person
    const wrong = await browser.submit('/login/factor', { password: 'not this harbour' })
    expect(wrong.status).toBe(401)
    expect(await wrong.text()).toContain('role="alert"')
    const right = await browser.submit('/login/factor', { password })
    expect([right.status, right.headers.get('location')]).toEqual([303, '/dashboard'])
  })

  it('is told when a passkey is not accepted, and begins again', async () => {
    const { browser, key } = await added()
    await signOut(browser)
    for (const credential of [
      '',
      'null',
      '{',
      JSON.stringify(key.get((await signInAsked(app)).publicKey, { origin })),
    ]) {
      const answer = await browser.submit('/login/passkey', { credential })
      expect([401, 422]).toContain(answer.status)
      expect(await answer.text()).toContain('role="alert"')
      expect(browser.has('sallyport')).toBe(false)
    }
    const credential = await answered(browser, key, '/login/passkey/options')
    expect((await browser.submit('/login/passkey', { credential })).status).toBe(303)
  })

  it('confirms who it is by the passkey, then renames and removes it', async () => {
    const { person, browser, key, codes } = await added()
    app.clock.advance(minutes(10) + 1)
    const [, id = ''] = /passkeys\/(pk_[\w-]+)/.exec(await browser.page('/account/security')) ?? []
    const path = `/account/security/passkeys/${id}`
    expect(await browser.page(path)).toContain('/confirm?next=')
    const csrf_token = fieldIn(await browser.page('/dashboard'), 'csrf_token')
    const due = await browser.submit('/account/security/passkeys/rename', {
      csrf_token,
      id,
      name: 'Sofa',
    })
    const place = due.headers.get('location') as string
    expect([due.status, place]).toEqual([303, expect.stringMatching(/^\/confirm\?next=/)])
    const asked = await browser.page(`/confirm?next=${encodeURIComponent(path)}`)
    const credential = await answered(browser, key, '/confirm/options')
    const confirm = { csrf_token: fieldIn(asked, 'csrf_token'), next: path, credential }
    const back = await browser.submit('/confirm', confirm)
    expect([back.status, back.headers.get('location')]).toEqual([303, path])

    const page = await browser.page(path)
    const mine = { csrf_token: fieldIn(page, 'csrf_token'), id }
    const renamed = await browser.submit('/account/security/passkeys/rename', {
      ...mine,
      name: 'Sofa & <b>',
    })
    expect(renamed.status).toBe(303)
    const shown = await browser.page('/account/security')
    expect(shown).toContain('Sofa &amp; &lt;b&gt;')
    const unnamed = await browser.submit('/account/security/passkeys/rename', {
      ...mine,
      name: ' ',
    })
    expect(unnamed.status).toBe(422)
    const wrong = await browser.submit('/account/security/passkeys/remove', {
      ...mine,
      code: 'aaaa-bbbb-cccc-dddd',
    })
    expect(wrong.status).toBeGreaterThanOrEqual(400)
    expect(await wrong.text()).toContain('role="alert"')
    const proof = await answered(browser, key, '/confirm/options')
    const removed = await browser.submit('/account/security/passkeys/remove', {
      ...mine,
      credential: proof,
    })
    expect(removed.status).toBe(303)
    expect(await browser.page('/account/security')).not.toContain(id)
    const { email, password } = person
    const plain = await new CookieJar(app).submit('/login', { email, password })
    expect(plain.headers.get('location')).toBe('/dashboard')
    expect(codes).toHaveLength(10)
  })
})

describe('two passkeys', () => {
  it('are told apart, and the second comes without recovery codes', async () => {
    const ann = await keyed(app)
    const begun = await jsonOf(await post(app, '/passkeys/options', {}, ann.cookie))
    expect(begun['publicKey'].excludeCredentials).toMatchObject([{ type: 'public-key' }])
    expect(() => ann.key.create(begun['publicKey'], { origin })).toThrow('it holds one already')
    const synced = { backupEligible: true, backedUp: true }
    const second = await addKey(app, ann.cookie, synced)
    expect(second.recoveryCodes).toEqual([])
    const { passkeys } = await jsonOf(await app.get('/passkeys', { cookie: second.cookie }))
    const of = (id: string) => passkeys.find((one: { id: string }) => one.id === id)
    expect([of(ann.id).synced, of(second.id).synced]).toEqual([false, true])
    const [recovery_code] = ann.recoveryCodes
    const gone = await removeKey(app, ann.id, second.cookie, { recovery_code })
    expect(gone.status).toBe(200)
    expect(await factorsOf(app, cookieIn(gone))).toMatchObject({ passkeys: { count: 1 } })
    expect((await signInByKey(app, ann.key)).status).toBe(401)
    expect((await signInByKey(app, second.key)).status).toBe(200)
  })

  it('one that is added ends every other session', async () => {
    const ann = await keyed(app)
    const others = await Promise.all(
      transports.map(async (transport) =>
        credentialsIn(app, await signInByKey(app, ann.key, {}, { transport })),
      ),
    )
    for (const other of others) expect(await app.meStatus(other)).toBe(200)
    const { cookie } = await addKey(app, ann.cookie)
    for (const other of others) expect(await app.meStatus(other)).toBe(401)
    expect(await app.meStatus({ cookie })).toBe(200)
  })
})

it.each(['EdDSA', 'ES256', 'RS256'] as const)('passkeys of %s sign in', async (algorithm) => {
  const { key } = await keyed(app, undefined, { algorithm })
  expect((await signInByKey(app, key)).status).toBe(200)
})

it.each(['http://localhost:8000', 'http://127.0.0.1:8000'])(
  'on this machine a passkey is made and used at %s',
  async (place) => {
    const person = await app.registered()
    const cookie = await app.cookieOf(person)
    const key = new SoftAuthenticator()
    const { publicKey } = await jsonOf(await post(app, '/passkeys/options', {}, cookie))
    const credential = key.create(publicKey, { origin: place })
    expect((await post(app, '/passkeys', { credential }, cookie)).status).toBe(201)
    expect((await signInByKey(app, key, { origin: place })).status).toBe(200)
  },
)

it('over https passkeys belong to the host, and tokens say two factors', async () => {
  const tls = await startApp({ url: 'https://id.mail.test.example' })
  const { key, person } = await keyed(tls)
  const { cookie, publicKey } = await signInAsked(tls)
  expect(cookie).toMatch(/^__Host-sallyport_passkey=/)
  expect(publicKey.rpId).toBe('id.mail.test.example')
  const credential = key.get(publicKey, { origin: tls.origin })
  const answer = await post(tls, '/login/passkey', { credential, transport: 'token' }, cookie)
  const { access_token } = await jsonOf(answer)
  expect(partOf(access_token, 1)).toMatchObject({
    acr: 'aal2',
    amr: expect.arrayContaining(['mfa']),
  })
  for (const origin of ['https://mail.test.example', 'http://id.mail.test.example']) {
    const refused = await signInByKey(tls, key, { origin })
    expect(await outcome(refused)).toBe('passkey_refused')
  }
  const pending = await pendingOf(tls, person)
  const asked = await factorAsked(tls, pending)
  const second = key.get(asked, { origin: tls.origin })
  expect((await prove(tls, pending, { credential: second } as never)).status).toBe(200)
})

it.each(['memory', 'sealed', 'filesystem'] as const)(
  'with sessions in %s a passkey is added, used and removed',
  async (sessionStore) => {
    const place = await startApp({ sessionStore })
    const { key, id, cookie, recoveryCodes } = await keyed(place)
    const signedIn = await signInByKey(place, key)
    expect(await place.meStatus({ cookie: cookieIn(signedIn) })).toBe(200)
    const gone = await removeKey(place, id, cookie, { recovery_code: recoveryCodes[0] })
    expect(gone.status).toBe(200)
    expect(await place.meStatus({ cookie: cookieIn(gone) })).toBe(200)
    expect(await place.meStatus({ cookie: cookieIn(signedIn) })).toBe(401)
    expect((await signInByKey(place, key)).status).toBe(401)
  },
)

describe('nobody learns who has a passkey', () => {
  const asked = async (body: unknown, headers = {}) => {
    const answer = await app.postJson('/login/passkey/options', body, { origin, ...headers })
    const { publicKey } = await jsonOf(answer)
    const { challenge, ...rest } = publicKey
    const [cookie = ''] = answer.headers.getSetCookie()
    return {
      status: answer.status,
      size: challenge.length,
      cookie: cookie.replace(/=[\w-]+;/, '=…;'),
      ...rest,
    }
  }

  it('by asking: the question is the same for everybody', async () => {
    const ann = await keyed(app)
    const nobody = await asked({})
    expect(nobody).toMatchObject({ status: 200, rpId: 'localhost', allowCredentials: [] })
    for (const email of [ann.person.email, 'nobody@mail.test.example']) {
      expect(await asked({ email })).toEqual(nobody)
    }
    expect(await asked({}, { cookie: ann.cookie })).toEqual(nobody)
  })

  it('by answering: unknown, removed and of a disabled account are refused alike', async () => {
    const [removed, disabled, known] = [await keyed(app), await keyed(app), await keyed(app)]
    const [recovery_code] = removed.recoveryCodes
    await removeKey(app, removed.id, removed.cookie, { recovery_code })
    await app.setStatus(disabled.person, 'disabled')
    const unknown = new SoftAuthenticator()
    const { publicKey } = await jsonOf(await post(app, '/passkeys/options', {}, known.cookie))
    unknown.create(publicKey, { origin })
    const refused = await refusal(await signInByKey(app, unknown))
    expect(refused).toMatchObject({ status: 401, code: 'passkey_refused', cookies: [] })
    for (const { key } of [removed, disabled]) {
      expect(await refusal(await signInByKey(app, key))).toEqual(refused)
    }
    const signature = () => Buffer.alloc(64)
    expect(await refusal(await signInByKey(app, known.key, { signature }))).toEqual(refused)
  })
})

it('other programs are told where passkeys are managed', async () => {
  const answer = await app.get('/.well-known/passkey-endpoints')
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  const { enroll, manage } = await jsonOf(answer)
  const cookie = await app.cookieOf(await app.registered())
  for (const url of [enroll, manage]) {
    expect(url.startsWith(`${origin}/`)).toBe(true)
    const page = await app.get(new URL(url).pathname, { cookie, accept: 'text/html' })
    expect(page.status).toBe(200)
  }
})
