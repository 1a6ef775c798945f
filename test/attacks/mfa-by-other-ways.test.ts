import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { type App, asJson, cookieIn, jsonOf, type Person, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import {
  cookieNamed,
  factorAsked,
  keyed,
  removeKey,
  signInByKey,
  trustedSignIn,
} from '../support/passkeys.ts'
import {
  factorsOf,
  guarded,
  outcome,
  pendingCookieOf,
  pendingOf,
  post,
  prove,
} from '../support/second-factor.ts'
import { SoftAuthenticator } from '../support/soft-passkey.ts'
import { bearing, partOf, postFields, refresh, refreshed, tokensIn } from '../support/tokens.ts'

const app = await startApp()
const ann = await guarded(app)
const bob = await keyed(app)
const { device, cookie: trusted } = await trustedSignIn(app, ann.person, ann.next())

/** Nothing in it speaks for anybody. */
async function expectNoSession(answer: Response): Promise<void> {
  const text = await answer.clone().text()
  expect(text).not.toMatch(/"(session_id|access_token|refresh_token|recovery_codes)"/)
  for (const name of ['sallyport', 'access_token', 'refresh_token']) {
    expect(cookieNamed(answer, name), text).toBeUndefined()
  }
}

describe('a password alone', () => {
  const doors: readonly [string, (person: Person) => Promise<Response>][] = [
    ...['cookie', 'bearer', 'token', 'token-cookie'].map(
      (transport): [string, (person: Person) => Promise<Response>] => [
        `for ${transport}`,
        ({ email, password }) => app.postJson('/login', { email, password, transport }),
      ],
    ),
    ['in a form', ({ email, password }) => app.postForm('/login', { email, password })],
    [
      'at the token endpoint',
      ({ email, password }) =>
        postFields(app, '/token', { grant_type: 'password', username: email, password }),
    ],
    [
      'with somebody else’s session',
      ({ email, password }) => app.postJson('/login', { email, password }, { cookie: bob.cookie }),
    ],
    [
      'with the account’s own session',
      ({ email, password }) => app.postJson('/login', { email, password }, { cookie: trusted }),
    ],
    [
      'with the wish to trust this device',
      ({ email, password }) =>
        app.postJson('/login', { email, password, trust_device: true, transport: 'bearer' }),
    ],
  ]

  it.each(doors)('%s is no sign-in, neither with an app nor with a passkey', async (_how, door) => {
    for (const person of [ann.person, bob.person]) {
      const answer = await door(person)
      expect([200, 303, 400]).toContain(answer.status)
      await expectNoSession(answer)
      expect(cookieNamed(answer, 'sallyport_device')).toBeUndefined()
    }
  })

  it('is not helped by a code where the account has no app', async () => {
    const { email, password } = bob.person
    for (const totp_token of ['123456', '000000', ann.shown()]) {
      const body = { email, password, totp_token, transport: 'bearer' }
      await expectNoSession(await app.postJson('/login', body))
    }
    const pending = await pendingOf(app, bob.person)
    for (const code of ['123456', ann.shown()]) {
      expect(await outcome(await prove(app, pending, { code }))).not.toBe(200)
    }
  })

  it('given again in the second step is still one factor', async () => {
    for (const { person } of [ann, bob]) {
      let pending_token = await pendingOf(app, person)
      for (let at = 0; at < 3; at += 1) {
        const body = { pending_token, password: person.password }
        const answer = await app.postJson('/login/factor', body)
        await expectNoSession(answer)
        pending_token = (await jsonOf(answer))['pending_token'] ?? pending_token
      }
    }
  })

  it('that is new is no more than the old one', async () => {
    const eve = await guarded(app)
    const password = 'quiet meadow telescope'
    const body = { current_password: eve.person.password, new_password: password }
    const changed = await post(app, '/password/change', body, eve.cookie)
    expect(changed.status).toBe(200)
    const { email } = eve.person
    await expectNoSession(await app.postJson('/login', { email, password, transport: 'bearer' }))
    await expectNoSession(await postFields(app, '/token', { username: email, password }))
  })
})

describe('what opens the door without a code', () => {
  it('changes no password: the right one is not enough for that', async () => {
    const { email, password } = ann.person
    const answer = await app.postJson('/login', { email, password }, { cookie: device })
    const session = cookieNamed(answer, 'sallyport') as string
    expect(await app.meStatus({ cookie: session })).toBe(200)
    const body = { current_password: password, new_password: 'quiet meadow telescope' }
    const refused = await post(app, '/password/change', body, `${session}; ${device}`)
    expect([refused.status, await outcome(refused)]).toEqual([403, 'reauthentication_required'])
    expect(await app.postJson('/login', { email, password }).then((a) => a.status)).toBe(200)
  })

  it('stays at one factor, however often its tokens are refreshed', async () => {
    const { email, password } = ann.person
    const body = { email, password, transport: 'token' }
    let tokens = await tokensIn(await app.postJson('/login', body, { cookie: device }))
    for (let at = 0; at < 3; at += 1) {
      const claims = partOf(tokens.access, 1)
      expect(claims).toMatchObject({ acr: 'aal1', amr: ['pwd'] })
      const listed = await app.get('/sessions', { ...bearing(tokens.access), cookie: device })
      expect(await outcome(listed)).toBe('reauthentication_required')
      app.clock.advance(minutes(1))
      tokens = await refreshed(app, tokens.refresh)
    }
  })
})

describe('secrets of one kind', async () => {
  const pending = await pendingOf(app, ann.person)
  const pendingCookie = (await pendingCookieOf(app, ann.person)).split('=')[1] as string
  const kinds = (token: string) =>
    ['', 'ses_', 'brr_', 'rft_', 'pnd_', 'dev_', 'dvt_', 'trd_'].map((prefix) =>
      prefix ? token.replace(/^[a-z]+_/, prefix) : token,
    )

  it.each([
    ['a pending login', pending],
    ['a pending login of a browser', pendingCookie],
    ['a session', trusted.split('=')[1] as string],
  ])('%s does not stand for a trusted device', async (_kind, token) => {
    const { email, password } = ann.person
    for (const value of kinds(token)) {
      const body = { email, password, transport: 'bearer' }
      const cookie = `sallyport_device=${value}`
      await expectNoSession(await app.postJson('/login', body, { cookie }))
    }
  })

  it('a trusted device is no session, no pending login and no refresh token', async () => {
    const token = device.split('=')[1] as string
    for (const value of kinds(token)) {
      for (const headers of [
        bearing(value),
        { cookie: `sallyport=${value}` },
        { cookie: `access_token=${value}` },
        { cookie: `${device}; sallyport_login=${value}` },
        { cookie: `sallyport_device=${value}` },
      ]) {
        for (const path of ['/me', '/factors', '/sessions', '/devices', '/passkeys']) {
          expect((await app.get(path, headers)).status, path).toBe(401)
        }
      }
      expect((await refresh(app, value)).status).toBe(401)
      expect((await prove(app, value, { code: ann.shown() })).status).toBeGreaterThanOrEqual(400)
      const byCookie = await post(app, '/login/factor', { code: ann.shown() }, device)
      expect(byCookie.status).toBe(401)
    }
  })

  it('a pending login is asked for nothing but its second step', async () => {
    for (const headers of [
      bearing(pending),
      { cookie: `sallyport=${pending}`, origin: app.origin },
      { cookie: `sallyport_login=${pendingCookie}`, origin: app.origin },
    ]) {
      for (const path of [
        '/confirm',
        '/confirm/options',
        '/passkeys/options',
        '/passkeys',
        `/passkeys/${bob.id}`,
      ]) {
        const answer = await app.postJson(path, { password: ann.person.password }, headers)
        expect([401, 422], path).toContain(answer.status)
        await expectNoSession(answer)
      }
      const gone = await app.request(
        'DELETE',
        `/passkeys/${bob.id}`,
        { ...asJson, ...headers },
        JSON.stringify({ recovery_code: bob.recoveryCodes[0] }),
      )
      expect(gone.status).toBe(401)
    }
  })

  it('a pending login sets no second factor up where there is one', async () => {
    for (const { person } of [ann, bob]) {
      const pending_token = await pendingOf(app, person)
      for (const path of ['/login/enrolment/app', '/login/enrolment/passkey/options']) {
        const answer = await app.postJson(path, { pending_token })
        expect(answer.status, path).toBeGreaterThanOrEqual(400)
        expect(await answer.text()).not.toMatch(/secret|publicKey/)
      }
    }
  })
})

describe('a passkey that verified nobody', async () => {
  const eve = await keyed(app, undefined, { userVerified: false })

  it.each(['cookie', 'bearer', 'token', 'token-cookie'])(
    'is no sign-in for %s',
    async (transport) => {
      const answer = await signInByKey(app, eve.key, {}, { transport })
      expect(answer.status).toBe(200)
      await expectNoSession(answer)
      const said = await jsonOf(answer)
      expect(said['requires_mfa']).toBe(true)
      expect(said['factors']).toContain('password')
    },
  )

  it('is not completed by itself, by a recovery code or by another password', async () => {
    for (const proof of [
      async (pending_token: string) => ({
        credential: eve.key.get(await factorAsked(app, pending_token), { origin: app.origin }),
      }),
      async () => ({ recovery_code: eve.recoveryCodes[0] }),
      async () => ({ password: 'quiet meadow telescope' }),
      async () => ({ password: '' }),
    ]) {
      const begun = await signInByKey(app, eve.key, {}, { transport: 'bearer' })
      const { pending_token } = await jsonOf(begun)
      const body = { pending_token, ...(await proof(pending_token)) }
      await expectNoSession(await app.postJson('/login/factor', body))
    }
  })

  it('is one factor of two, and the password is the other', async () => {
    const begun = await signInByKey(app, eve.key, {}, { transport: 'token' })
    const { pending_token } = await jsonOf(begun)
    const { password } = eve.person
    const tokens = await tokensIn(await app.postJson('/login/factor', { pending_token, password }))
    expect(partOf(tokens.access, 1)).toMatchObject({ acr: 'aal2' })
  })

  it('says so in what it has signed: the flag cannot be added afterwards', async () => {
    const { cookie, publicKey } = await signInBegun(app)
    const credential = eve.key.get(publicKey, { origin: app.origin })
    const { response } = credential
    const bytes = Buffer.from(response.authenticatorData, 'base64url')
    bytes.writeUInt8(bytes.readUInt8(32) | 0x04, 32)
    const lie = { ...response, authenticatorData: bytes.toString('base64url') }
    const body = { credential: { ...credential, response: lie }, transport: 'bearer' }
    const answer = await post(app, '/login/passkey', body, cookie)
    expect(answer.status).toBe(401)
    await expectNoSession(answer)
  })
})

async function signInBegun(place: App) {
  const begun = await place.postJson('/login/passkey/options', {})
  return { cookie: cookieIn(begun), publicKey: (await jsonOf(begun))['publicKey'] }
}

describe('a sign-in that has to set a second factor up', async () => {
  const strict = await startApp({ requireMfa: 'all' })

  const due = async ({ email, password }: Person): Promise<string> => {
    const answer = await strict.postJson('/login', { email, password, transport: 'bearer' })
    await expectNoSession(answer)
    const said = await jsonOf(answer)
    expect(said['enrolment_required']).toBe(true)
    return said['pending_token']
  }

  const appBegun = async (pending_token: string) => {
    const begun = await jsonOf(await strict.postJson('/login/enrolment/app', { pending_token }))
    const code = () => codeNow(begun['secret'], strict.clock.now())
    return { pending_token, id: begun['id'], code }
  }

  const keyBegun = async (pending_token: string) => {
    const begun = await strict.postJson('/login/enrolment/passkey/options', { pending_token })
    const { publicKey } = await jsonOf(begun)
    const key = new SoftAuthenticator()
    return { key, credential: key.create(publicKey, { origin: strict.origin }), pending_token }
  }

  it('is nobody before that', async () => {
    const person = await strict.registered()
    const token = await due(person)
    for (const headers of [bearing(token), { cookie: `sallyport=${token}` }]) {
      expect(await strict.meStatus(headers)).toBe(401)
    }
    for (const body of [{ code: '123456' }, { recovery_code: 'aaaa-bbbb-cccc-dddd' }]) {
      await expectNoSession(await prove(strict, await due(person), body))
    }
    const { password } = person
    const again = await strict.postJson('/login/factor', { pending_token: token, password })
    await expectNoSession(again)
  })

  it.each(['app', 'passkey'] as const)(
    'gets nowhere once the account has got its %s by another sign-in',
    async (kind) => {
      const person = await strict.registered()
      const [first, second, third] = [await due(person), await due(person), await due(person)]
      const late = [await appBegun(second), await keyBegun(third)] as const
      const mine = kind === 'app' ? await appBegun(first) : await keyBegun(first)
      const done =
        'id' in mine
          ? await strict.postJson('/login/enrolment/app/confirm', { ...mine, code: mine.code() })
          : await strict.postJson('/login/enrolment/passkey', {
              pending_token: first,
              credential: mine.credential,
            })
      expect(done.status, await done.clone().text()).toBe(200)
      const { session_id } = await jsonOf(done)
      const [app2, key3] = late
      const tries = [
        await strict.postJson('/login/enrolment/app/confirm', { ...app2, code: app2.code() }),
        await strict.postJson('/login/enrolment/passkey', {
          pending_token: third,
          credential: key3.credential,
        }),
        await strict.postJson('/login/enrolment/app', { pending_token: second }),
        await strict.postJson('/login/enrolment/passkey/options', { pending_token: second }),
        await strict.postJson('/login/enrolment/app', { pending_token: first }),
      ]
      for (const answer of tries) {
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.status).toBeLessThan(500)
        await expectNoSession(answer)
      }
      const factors = await jsonOf(await strict.get('/factors', bearing(session_id)))
      expect(factors).toMatchObject({
        totp: { enabled: kind === 'app' },
        passkeys: { count: kind === 'app' ? 0 : 1 },
      })
    },
  )

  it('sixteen at once make one second factor and one session', async () => {
    const person = await strict.registered()
    const begun = await Promise.all(
      Array.from({ length: 8 }, async () => [
        await due(person).then(keyBegun),
        await due(person).then(appBegun),
      ]),
    )
    const answers = await Promise.all(
      begun.flat().map((one) =>
        'credential' in one
          ? strict.postJson('/login/enrolment/passkey', {
              pending_token: one.pending_token,
              credential: one.credential,
            })
          : strict.postJson('/login/enrolment/app/confirm', { ...one, code: one.code() }),
      ),
    )
    const tally = answers.map(({ status }) => status).sort()
    expect(tally.filter((status) => status === 200)).toHaveLength(1)
    expect(tally.filter((status) => status >= 500)).toEqual([])
  })
})

describe('with its passkey removed', () => {
  it('tokens fall to one factor with the next refresh', async () => {
    const eve = await keyed(app)
    const begun = await signInByKey(app, eve.key, {}, { transport: 'token' })
    const tokens = await tokensIn(begun)
    expect(partOf(tokens.access, 1)).toMatchObject({ acr: 'aal2' })
    const [recovery_code] = eve.recoveryCodes
    const body = JSON.stringify({ recovery_code })
    const headers = { ...asJson, ...bearing(tokens.access) }
    const removed = await app.request('DELETE', `/passkeys/${eve.id}`, headers, body)
    const renewed = await tokensIn(removed)
    app.clock.advance(minutes(1))
    const next = await refreshed(app, renewed.refresh)
    expect(partOf(next.access, 1)).toMatchObject({ acr: 'aal1' })
    expect(await factorsOf(app, eve.cookie)).toMatchObject({ code: 'invalid_session' })
    expect((await removeKey(app, eve.id, eve.cookie, { recovery_code })).status).toBe(401)
  })
})
