import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import {
  asJson,
  cookieIn,
  type HeaderRecord,
  jsonOf,
  type Person,
  startApp,
} from '../support/app.ts'
import {
  confirmAsked,
  confirmed,
  cookieNamed,
  keyed,
  signInAsked,
  signInByKey,
} from '../support/passkeys.ts'
import { type Guarded, guarded, outcome, pendingOf, post, prove } from '../support/second-factor.ts'
import { accessStatus, bearing, partOf, refresh, refreshed, tokensIn } from '../support/tokens.ts'

const times = (count: number) => Array.from({ length: count }, (_, at) => at)
const late = minutes(10) + 1
const reauthentication = 'reauthentication_required'

describe.each(['database', 'sealed', 'memory'] as const)('with sessions in %s', (sessionStore) => {
  const ready = startApp({ sessionStore })

  /** Nothing is stored of a sealed session: an old token lives on, at what it had proved itself. */
  const sealed = sessionStore === 'sealed'

  const signedIn = async ({ person, next }: Guarded): Promise<string> => {
    const app = await ready
    const { email, password } = person
    const answer = await app.postJson('/login', { email, password, totp_token: next() })
    return cookieIn(answer)
  }

  /** 200, or the code of the refusal, of something that is protected. */
  const opens = async (cookie: string) => outcome(await (await ready).get('/devices', { cookie }))

  const by = async ({ email, password }: Person, device = '') => {
    const app = await ready
    return app.postJson('/login', { email, password, transport: 'bearer' }, { cookie: device })
  }

  it('the old token is dead once it was confirmed, partly or whole', async () => {
    const app = await ready
    const ann = await guarded(app)
    app.clock.advance(late)
    const tokens = [ann.cookie]
    for (const proof of [{ password: ann.person.password }, { code: ann.next() }]) {
      const now = await confirmed(app, tokens.at(-1) as string, proof)
      expect(tokens).not.toContain(now)
      for (const old of tokens) {
        expect(await opens(old)).toBe(sealed ? reauthentication : 'invalid_session')
        if (sealed) continue
        expect(await app.meStatus({ cookie: old })).toBe(401)
        expect((await post(app, '/confirm', proof, old)).status).toBe(401)
      }
      expect(await app.meStatus({ cookie: now })).toBe(200)
      tokens.push(now)
    }
    expect(await opens(tokens.at(-1) as string)).toBe(200)
  })

  it('sixteen who confirm one session at once are one that goes on', async () => {
    const app = await ready
    const ann = await guarded(app)
    app.clock.advance(late)
    const { password } = ann.person
    const answers = await Promise.all(
      times(16).map(() => post(app, '/confirm', { password }, ann.cookie)),
    )
    for (const { status } of answers) expect(status).toBeLessThan(500)
    const given = answers.flatMap((answer) => cookieNamed(answer, 'sallyport') ?? [])
    for (const cookie of given) expect(await opens(cookie)).toBe(reauthentication)
    if (!sealed) {
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(given).toHaveLength(1)
      expect(await app.meStatus({ cookie: ann.cookie })).toBe(401)
    }
    const whole = await confirmed(app, given[0] as string, { code: ann.next() })
    const { sessions } = await jsonOf(await app.get('/sessions', { cookie: whole }))
    expect(sessions).toHaveLength(1)
  })

  it('one code of sixteen at once confirms once, in sixteen sessions as in one', async () => {
    const app = await ready
    const ann = await guarded(app)
    const cookies = [ann.cookie]
    for (const _ of times(3)) cookies.push(await signedIn(ann))
    app.clock.advance(late)
    const { password } = ann.person
    const asked = await Promise.all(cookies.map((cookie) => confirmed(app, cookie, { password })))
    const code = ann.next()
    const answers = await Promise.all(
      times(16).map((at) => post(app, '/confirm', { code }, asked[at % 4] as string)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status } of answers) expect(status).toBeLessThan(500)
  })

  it.each<[string, (ann: Guarded, cookie: string, other: string) => Promise<unknown>]>([
    [
      'signed out',
      async (_ann, cookie) => {
        const app = await ready
        expect((await post(app, '/logout', {}, cookie)).ok).toBe(true)
      },
    ],
    [
      'ended by another one',
      async (_ann, _cookie, other) => {
        const app = await ready
        const ended = await app.request('DELETE', '/sessions', {
          cookie: other,
          origin: app.origin,
        })
        expect(ended.ok).toBe(true)
      },
    ],
    [
      'ended by a new password',
      async ({ person }, _cookie, other) => {
        const app = await ready
        const body = { current_password: person.password, new_password: 'quiet meadow telescope' }
        expect((await post(app, '/password/change', body, other)).status).toBe(200)
      },
    ],
    [
      'ended with its account',
      async ({ person }) => {
        const app = await ready
        await app.setStatus(person, 'disabled')
      },
    ],
    ['too old', async () => (await ready).clock.advance(minutes(30))],
  ])('a session that was %s is not revived', async (_how, end) => {
    const app = await ready
    const ann = await guarded(app)
    const cookie = await signedIn(ann)
    await end(ann, cookie, await signedIn(ann))
    const code = ann.next()
    for (const proof of [{ password: ann.person.password }, { code }]) {
      const answer = await post(app, '/confirm', proof, cookie)
      expect(answer.status).toBe(401)
      expect(cookieNamed(answer, 'sallyport')).toBeUndefined()
    }
    expect(await app.meStatus({ cookie })).toBe(401)
    expect((await post(app, '/confirm/options', {}, cookie)).status).toBe(401)
  })

  it('a session that is ended at the same moment is not revived', async () => {
    const app = await ready
    const ann = await guarded(app)
    for (const round of times(6)) {
      const [mine, other] = [await signedIn(ann), await signedIn(ann)]
      const { password } = ann.person
      const confirms = () => post(app, '/confirm', { password }, mine)
      const ends = () => app.request('DELETE', '/sessions', { cookie: other, origin: app.origin })
      const [confirm, ended] = await Promise.all(
        round % 2 ? [confirms(), ends()] : [ends(), confirms()].reverse(),
      )
      const results = [confirm, ended] as Response[]
      expect(results.filter(({ status }) => status >= 500)).toEqual([])
      for (const answer of results) {
        const given = cookieNamed(answer, 'sallyport')
        if (!given) continue
        const listed = await app.get('/sessions', { cookie: given })
        if (listed.status !== 200) continue
        const { sessions } = await jsonOf(listed)
        expect(sessions).toHaveLength(1)
      }
      const alive = await Promise.all(
        [mine, other, ...results.flatMap((each) => cookieNamed(each, 'sallyport') ?? [])].map(
          async (cookie) => (await app.meStatus({ cookie })) === 200,
        ),
      )
      expect(alive.filter(Boolean).length).toBeLessThanOrEqual(1)
    }
  })

  it.each<[string, (eve: Guarded) => object]>([
    ['the password of another account', () => ({ password: 'their own harbour' })],
    ['a code of another account', (eve) => ({ code: eve.next() })],
    ['a recovery code of another account', (eve) => ({ recovery_code: eve.recoveryCodes[0] })],
    ['a passkey of another account', () => ({ credential: {} })],
    ['an empty password', () => ({ password: '' })],
  ])('%s confirms nothing', async (what, proof) => {
    const app = await ready
    const eve = await guarded(app, await app.registered({ password: 'their own harbour' }))
    const ann = await guarded(app)
    app.clock.advance(late)
    const theirs = await keyed(app)
    const body =
      what === 'a passkey of another account'
        ? {
            credential: theirs.key.get((await signInAsked(app)).publicKey, {
              origin: app.origin,
            }),
          }
        : proof(eve)
    const answer = await post(app, '/confirm', body, ann.cookie)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    // A sealed session slides with every answer.
    const given = cookieNamed(answer, 'sallyport')
    if (!sealed) expect(given).toBeUndefined()
    for (const cookie of [ann.cookie, given ?? ann.cookie]) {
      expect(await app.meStatus({ cookie })).toBe(200)
      expect(await opens(cookie)).toBe(reauthentication)
    }
  })

  it('parts that prove one thing twice are not the whole', async () => {
    const app = await ready
    const ann = await guarded(app)
    const { password } = ann.person
    app.clock.advance(late)
    let cookie = ann.cookie
    for (const [proof, due] of [
      [{ password }, ['totp', 'recovery_code']],
      [{ password }, ['totp', 'recovery_code']],
    ] as const) {
      const answer = await post(app, '/confirm', proof, cookie)
      expect(await jsonOf(answer.clone())).toMatchObject({ confirmed: false, methods: due })
      cookie = cookieIn(answer)
      expect(await opens(cookie)).toBe(reauthentication)
    }
    const bob = await guarded(app)
    app.clock.advance(late)
    for (const proof of [{ code: bob.shown() }, { recovery_code: bob.recoveryCodes[0] }]) {
      const answer = await post(app, '/confirm', proof, bob.cookie)
      expect([answer.status, await outcome(answer)]).toEqual([403, 'wrong_code'])
      expect(await opens(bob.cookie)).toBe(reauthentication)
    }
    const half = await confirmed(app, bob.cookie, { password: bob.person.password })
    const whole = await post(app, '/confirm', { code: bob.shown() }, half)
    expect(await jsonOf(whole.clone())).toMatchObject({ confirmed: true, methods: [] })
    expect(await opens(cookieIn(whole))).toBe(200)
  })

  it('each part counts for ten minutes from when it was proved', async () => {
    const app = await ready
    const ann = await guarded(app)
    const { password } = ann.person
    app.clock.advance(late)
    let cookie = await confirmed(app, ann.cookie, { password })
    app.clock.advance(minutes(9))
    cookie = await confirmed(app, cookie, { code: ann.shown() })
    expect(await opens(cookie)).toBe(200)
    app.clock.advance(minutes(1) + 1)
    expect(await opens(cookie)).toBe(reauthentication)
    expect(await opens(await confirmed(app, cookie, { password }))).toBe(200)
  })

  it('what one session has proved is not proved in another', async () => {
    const app = await ready
    const ann = await guarded(app)
    const other = await signedIn(ann)
    app.clock.advance(late)
    const { password } = ann.person
    const mine = await confirmed(app, ann.cookie, { password })
    expect([await opens(mine), await opens(other)]).toEqual([reauthentication, reauthentication])
    const theirs = await post(app, '/confirm', { code: ann.next() }, other)
    expect(await outcome(theirs)).toBe('wrong_code')
    const whole = await confirmed(app, mine, { code: ann.shown() })
    expect([await opens(whole), await opens(other)]).toEqual([200, reauthentication])
  })

  it('a session of a trusted device is confirmed by a code, and not by the device', async () => {
    const app = await ready
    const ann = await guarded(app)
    const { email, password } = ann.person
    const body = { email, password, totp_token: ann.next(), trust_device: true }
    const device = cookieNamed(await app.postJson('/login', body), 'sallyport_device') as string
    const { session_id } = await jsonOf(await by(ann.person, device))
    const headers: HeaderRecord = { ...bearing(session_id), cookie: device }
    const partly = await app.postJson('/confirm', { password }, headers)
    const { session_id: next, confirmed: all } = await jsonOf(partly)
    expect(all).toBe(false)
    if (!sealed) expect(await app.meStatus(bearing(session_id))).toBe(401)
    const refused = await app.get('/devices', { ...bearing(next), cookie: device })
    expect(await outcome(refused)).toBe(reauthentication)
    const whole = await app.postJson('/confirm', { code: ann.next() }, bearing(next))
    expect(whole.headers.getSetCookie()).toEqual([])
    const { session_id: last } = await jsonOf(whole)
    expect((await app.get('/devices', bearing(last))).status).toBe(200)
    expect((await app.get('/devices', bearing(next))).status).toBe(sealed ? 403 : 401)
  })
})

describe('with tokens', async () => {
  const app = await startApp()

  const tokensOfGuarded = async ({ person, next }: Guarded) =>
    tokensIn(await prove(app, await pendingOf(app, person, 'token'), { code: next() }))

  it('confirming gives new ones, and the old ones are dead', async () => {
    const ann = await guarded(app)
    const old = await tokensOfGuarded(ann)
    app.clock.advance(late)
    const before = await refreshed(app, old.refresh)
    const headers = bearing(before.access)
    expect(await outcome(await app.get('/sessions', headers))).toBe(reauthentication)
    const { password } = ann.person
    const partly = await tokensIn(await app.postJson('/confirm', { password }, headers))
    const dead = async ({ access, refresh: token }: typeof old) => {
      expect(await accessStatus(app, access)).toBe(401)
      expect((await refresh(app, token)).status).toBe(401)
    }
    await dead(before)
    expect(await outcome(await app.get('/sessions', bearing(partly.access)))).toBe(reauthentication)
    const code = ann.next()
    const whole = await tokensIn(await app.postJson('/confirm', { code }, bearing(partly.access)))
    await dead(partly)
    expect((await app.get('/sessions', bearing(whole.access))).status).toBe(200)
    const claims = partOf(whole.access, 1)
    expect(claims).toMatchObject({
      acr: 'aal2',
      amr: expect.arrayContaining(['pwd', 'otp', 'mfa']),
    })
    expect(claims['auth_time']).toBeGreaterThan(partOf(old.access, 1)['auth_time'] as number)
    expect(partOf((await refreshed(app, whole.refresh)).access, 1)).toMatchObject({ acr: 'aal2' })
  })

  it('sixteen who confirm at once are one that goes on', async () => {
    const ann = await guarded(app)
    const old = await tokensOfGuarded(ann)
    app.clock.advance(minutes(10))
    const { password } = ann.person
    const answers = await Promise.all(
      times(16).map(() => app.postJson('/confirm', { password }, bearing(old.access))),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status } of answers) expect(status).toBeLessThan(500)
  })

  it('a refresh at the moment of confirming keeps no second line of tokens', async () => {
    const ann = await guarded(app)
    for (const round of times(6)) {
      const old = await tokensOfGuarded(ann)
      const { password } = ann.person
      const work = [
        () => app.postJson('/confirm', { password }, bearing(old.access)),
        () => refresh(app, old.refresh),
      ]
      const [a, b] = round % 2 ? work : [...work].reverse()
      const answers = await Promise.all([a?.(), b?.()])
      const lines = []
      for (const answer of answers as Response[]) {
        expect(answer.status).toBeLessThan(500)
        if (answer.status === 200) lines.push(await tokensIn(answer))
      }
      const live = await Promise.all(lines.map(({ access }) => accessStatus(app, access)))
      expect(live.filter((status) => status === 200).length).toBeLessThanOrEqual(1)
    }
  })

  it('an access token that has expired confirms nothing', async () => {
    const ann = await guarded(app)
    const { access } = await tokensOfGuarded(ann)
    app.clock.advance(minutes(15) + 1)
    const answer = await app.postJson(
      '/confirm',
      { password: ann.person.password },
      bearing(access),
    )
    expect(answer.status).toBe(401)
    expect(await answer.text()).not.toContain('access_token"')
  })

  it('in cookies, both are replaced', async () => {
    const ann = await guarded(app)
    const { email, password } = ann.person
    const body = { email, password, totp_token: ann.next(), transport: 'token-cookie' }
    const answer = await app.postJson('/login', body)
    const cookie = cookieNamed(answer, 'access_token') as string
    app.clock.advance(late)
    const partly = await post(app, '/confirm', { password }, cookie)
    const next = cookieNamed(partly, 'access_token') as string
    expect(await jsonOf(partly.clone())).toMatchObject({ confirmed: false })
    expect(await partly.text()).not.toMatch(/access_token|refresh_token/)
    expect(typeof cookieNamed(partly, 'refresh_token')).toBe('string')
    expect(await app.meStatus({ cookie })).toBe(401)
    const whole = await post(app, '/confirm', { code: ann.next() }, next)
    const last = cookieNamed(whole, 'access_token') as string
    expect((await app.get('/sessions', { cookie: last })).status).toBe(200)
  })
})

describe('confirming', async () => {
  const app = await startApp()
  const ann = await keyed(app)

  it('takes nothing that is no proof', async () => {
    const { password } = ann.person
    for (const body of [
      {},
      [],
      null,
      { password: null },
      { password: [password] },
      { passwords: password },
      { confirmed: true },
      { recovery_code: { $ne: '' } },
      { credential: 'x' },
      { password: true },
    ]) {
      const answer = await post(app, '/confirm', body, ann.cookie)
      expect(answer.status, JSON.stringify(body)).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    expect(await app.meStatus({ cookie: ann.cookie })).toBe(200)
  })

  it('is for those who are signed in', async () => {
    const headers = { ...asJson, origin: app.origin }
    expect((await app.postJson('/confirm', { password: 'x' }, headers)).status).toBe(401)
    expect((await app.postJson('/confirm/options', {}, headers)).status).toBe(401)
    const page = await app.get('/confirm', { accept: 'text/html' })
    expect([page.status, page.headers.get('location')?.split('?')[0]]).toEqual([303, '/login'])
  })

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'leads nobody to %s',
    async (next) => {
      const begun = await signInByKey(app, ann.key)
      const cookie = cookieNamed(begun, 'sallyport') as string
      app.clock.advance(late)
      const path = `/confirm?next=${encodeURIComponent(next)}`
      const page = await app.get(path, { cookie, accept: 'text/html' })
      expect([200, 303, 400, 422]).toContain(page.status)
      expect(page.headers.get('location') ?? '/').toMatch(/^\/(?![/\\])/)
      expect(await page.text()).not.toContain('evil.example')
      const publicKey = await confirmAsked(app, cookie)
      const credential = JSON.stringify(ann.key.get(publicKey, { origin: app.origin }))
      const csrf_token = await app.formTokenOf(cookie)
      const form = { csrf_token, credential, next }
      const answer = await app.postForm('/confirm', form, { cookie, accept: 'text/html' })
      expect([303, 400, 422]).toContain(answer.status)
      expect(answer.headers.get('location') ?? '/').toMatch(/^\/(?![/\\])/)
    },
  )
})
