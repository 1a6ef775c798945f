import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { asJson, cookieIn, startApp } from '../support/app.ts'
import { codeNow } from '../support/authenticator.ts'
import {
  enrolment,
  factorsOf,
  type Guarded,
  guarded,
  outcome,
  pendingOf,
  post,
  prove,
  remove,
  setUp,
  signInWith,
} from '../support/second-factor.ts'
import { accessStatus, bearing, refresh, tokensIn } from '../support/tokens.ts'

const app = await startApp()

async function isGuarded(ann: Guarded): Promise<boolean> {
  const { email, password } = ann.person
  const answer = await app.postJson('/login', { email, password, transport: 'bearer' })
  return (await answer.text()).includes('"requires_mfa":true')
}

describe('a stolen session cookie', () => {
  it.each<[string, (ann: Guarded) => unknown]>([
    ['nothing', () => ({})],
    ['a wrong code', (ann) => ({ code: ann.wrong() })],
    ['a used code', (ann) => ({ code: ann.shown() })],
    ['an empty code', () => ({ code: '' })],
    ['no code', () => ({ code: null })],
    ['a code that is true', () => ({ code: true })],
    ['a wrong recovery code', () => ({ recovery_code: 'aaaa-bbbb-cccc-dddd' })],
    ['the password', (ann) => ({ password: ann.person.password, code: ann.person.password })],
    ['a list of codes', (ann) => ({ code: [ann.shown(1)] })],
  ])('does not remove the app with %s', async (_what, body) => {
    const ann = await guarded(app)
    const answer = await remove(app, ann.cookie, body(ann))
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await isGuarded(ann)).toBe(true)
    expect(await app.meStatus({ cookie: ann.cookie })).toBe(200)
  })

  it('does not remove it without a body, nor by a query, nor as a form', async () => {
    const ann = await guarded(app)
    const headers = { cookie: ann.cookie, origin: app.origin }
    const code = ann.next()
    const tries = [
      await app.request('DELETE', '/factors/totp', headers),
      await app.request('DELETE', `/factors/totp?code=${code}`, headers),
      await app.request('DELETE', `/factors/totp?code=${code}`, { ...headers, ...asJson }, '{}'),
      await app.postForm('/factors/totp', { _method: 'DELETE', code }, headers),
    ]
    for (const { status } of tries) expect(status).toBeGreaterThanOrEqual(400)
    expect(await isGuarded(ann)).toBe(true)
  })

  it('does not put another app in the place of the one in use', async () => {
    const ann = await guarded(app)
    const answer = await post(app, '/factors/totp', {}, ann.cookie)
    expect([answer.status, await outcome(answer)]).toEqual([409, 'already_confirmed'])
    expect(await signInWith(app, ann.person, { code: ann.next() })).toBe(200)
  })

  it('does not confirm an enrolment of another account', async () => {
    const [eve, bob] = [await app.registered(), await app.registered()]
    const { id, secret } = await enrolment(app, await app.cookieOf(eve))
    const cookie = await app.cookieOf(bob)
    const body = { id, code: codeNow(secret, app.clock.now()) }
    const answer = await post(app, '/factors/totp/confirm', body, cookie)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await factorsOf(app, cookie)).toMatchObject({ mfa_enabled: false })
  })
})

describe('a sign-in that is older than ten minutes', () => {
  it('removes nothing with a right code, which is not used up', async () => {
    const ann = await guarded(app)
    app.clock.advance(minutes(10) + 1)
    const code = ann.shown()
    const answers = [
      await remove(app, ann.cookie, { code }),
      await remove(app, ann.cookie, { recovery_code: ann.recoveryCodes[0] }),
    ]
    for (const answer of answers) {
      expect([answer.status, await outcome(answer)]).toEqual([403, 'reauthentication_required'])
    }
    expect(await signInWith(app, ann.person, { code })).toBe(200)
    expect(await signInWith(app, ann.person, { recovery_code: ann.recoveryCodes[0] })).toBe(200)
  })

  it('is not made fresh by being used, nor by new access tokens', async () => {
    const ann = await guarded(app)
    const pending = await pendingOf(app, ann.person, 'token')
    const tokens = await tokensIn(await prove(app, pending, { code: ann.next() }))
    for (let at = 0; at < 16; at += 1) {
      app.clock.advance(minutes(1))
      expect(await app.meStatus({ cookie: ann.cookie })).toBe(200)
    }
    const renewed = await tokensIn(await refresh(app, tokens.refresh))
    const body = JSON.stringify({ code: ann.shown() })
    const late = await app.request(
      'DELETE',
      '/factors/totp',
      { ...asJson, ...bearing(renewed.access) },
      body,
    )
    expect(await outcome(late)).toBe('reauthentication_required')
    expect(await outcome(await remove(app, ann.cookie, { code: ann.shown() }))).toBe(
      'reauthentication_required',
    )
  })

  it.each(['database', 'sealed'] as const)(
    'is not kept fresh by new tokens, with sessions in %s',
    async (sessionStore) => {
      const place = await startApp({ sessionStore })
      const person = await place.registered()
      const cookie = await place.cookieOf(person)
      place.clock.advance(minutes(5))
      const ann = await setUp(place, cookie)
      place.clock.advance(minutes(4))
      const headers = { cookie: ann.cookie, origin: place.origin }
      const ended = await place.request('DELETE', '/sessions', headers)
      expect(ended.ok).toBe(true)
      const last = ended.headers.getSetCookie()[0]?.split(';')[0] ?? ann.cookie
      expect(await outcome(await post(place, '/factors/recovery-codes', {}, last))).toBe(200)
      place.clock.advance(minutes(1))
      expect(await place.meStatus({ cookie: last })).toBe(200)
      expect(await outcome(await remove(place, last, { code: ann.shown() }))).toBe(
        'reauthentication_required',
      )
      expect(await outcome(await post(place, '/factors/recovery-codes', {}, last))).toBe(
        'reauthentication_required',
      )
    },
  )

  it('sets no app up either, and a pending login does not make it fresh', async () => {
    const person = await app.registered()
    const cookie = await app.cookieOf(person)
    const { id, secret } = await enrolment(app, cookie)
    app.clock.advance(minutes(10) + 1)
    expect(await outcome(await post(app, '/factors/totp', {}, cookie))).toBe(
      'reauthentication_required',
    )
    const body = { id, code: codeNow(secret, app.clock.now()) }
    expect((await post(app, '/factors/totp/confirm', body, cookie)).status).not.toBe(200)
    expect(await factorsOf(app, cookie)).toMatchObject({ mfa_enabled: false })
  })
})

describe('the removal of an app', () => {
  it.each<[string, (ann: Guarded) => unknown]>([
    ['a code', (ann) => ({ code: ann.next() })],
    ['a recovery code', (ann) => ({ recovery_code: ann.recoveryCodes[3] })],
  ])('by %s ends every other session, and goes on with this one', async (_by, body) => {
    const ann = await guarded(app)
    const signedIn = async (transport: string) =>
      prove(app, await pendingOf(app, ann.person, transport), { code: ann.next() })
    const bearer = JSON.parse(await (await signedIn('bearer')).text()).session_id
    const tokens = await tokensIn(await signedIn('token'))
    const { email, password } = ann.person
    const other = await app.cookieOf(ann.person, {}).catch(() => '')
    expect(other).toMatch(/^sallyport_login=/)
    const direct = await app.postJson('/login', { email, password, totp_token: ann.next() })
    const cookie = cookieIn(direct)

    const removed = await remove(app, ann.cookie, body(ann))
    expect(removed.status).toBe(200)
    expect(await app.meStatus({ cookie })).toBe(401)
    expect(await app.meStatus({ cookie: ann.cookie })).toBe(401)
    expect(await app.meStatus(bearing(bearer))).toBe(401)
    expect(await accessStatus(app, tokens.access)).toBe(401)
    expect((await refresh(app, tokens.refresh)).status).toBe(401)
    const renewed = cookieIn(removed)
    expect(await app.meStatus({ cookie: renewed })).toBe(200)
    expect(await factorsOf(app, renewed)).toMatchObject({ mfa_enabled: false })
    expect(await isGuarded(ann)).toBe(false)
    expect(await outcome(await remove(app, renewed, { code: ann.next() }))).toBe('no_factor')
  })
})
