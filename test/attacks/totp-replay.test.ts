import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/kernel/clock.ts'
import { jsonOf, startApp } from '../support/app.ts'
import {
  enrolment,
  guarded,
  outcome,
  pendingOf,
  prove,
  refusal,
  remove,
  signInWith,
} from '../support/second-factor.ts'

const app = await startApp()

describe('a code of an authenticator app (RFC 6238, 5.2)', () => {
  it.each([
    [-3, 'wrong_code'],
    [-2, 'wrong_code'],
    [-1, 200],
    [0, 200],
    [1, 200],
    [2, 'wrong_code'],
    [3, 'wrong_code'],
  ])('of %i steps away: %s', async (steps, expected) => {
    const ann = await guarded(app)
    app.clock.advance(minutes(5))
    expect(await signInWith(app, ann.person, { code: ann.shown(steps) })).toBe(expected)
  })

  it('is good to the last millisecond of the step after its own, and not longer', async () => {
    const [ann, bob] = [await guarded(app), await guarded(app)]
    app.clock.advance(minutes(5) - (app.clock.now() % seconds(30)))
    const codes = [ann.shown(), bob.shown()]
    app.clock.advance(seconds(60) - 1)
    expect(await signInWith(app, ann.person, { code: codes[0] })).toBe(200)
    app.clock.advance(1)
    expect(await signInWith(app, bob.person, { code: codes[1] })).toBe('wrong_code')
  })

  it('works once, however it is given', async () => {
    const ann = await guarded(app)
    const code = ann.next()
    const [first, second] = [await pendingOf(app, ann.person), await pendingOf(app, ann.person)]
    expect(await outcome(await prove(app, first, { code }))).toBe(200)
    expect(await outcome(await prove(app, first, { code }))).toBe('login_expired')
    expect(await outcome(await prove(app, second, { code }))).toBe('wrong_code')
    expect(await signInWith(app, ann.person, { code: ` ${code} ` })).toBe('wrong_code')
    const { email, password } = ann.person
    const direct = await app.postJson('/login', { email, password, totp_token: code })
    expect([await outcome(direct), direct.headers.getSetCookie()]).toEqual(['wrong_code', []])
    expect(await outcome(await remove(app, ann.cookie, { code }))).toBe('wrong_code')
  })

  it('works once also where it was first used together with the password', async () => {
    const ann = await guarded(app)
    const { email, password } = ann.person
    const body = { email, password, totp_token: ann.next() }
    expect((await jsonOf(await app.postJson('/login', body)))['requires_mfa']).toBeUndefined()
    expect(await outcome(await app.postJson('/login', body))).toBe('wrong_code')
    expect(await signInWith(app, ann.person, { code: body.totp_token })).toBe('wrong_code')
  })

  it('is refused when a newer one was used, though it was never used itself', async () => {
    const ann = await guarded(app)
    app.clock.advance(minutes(5))
    expect(await signInWith(app, ann.person, { code: ann.shown(1) })).toBe(200)
    expect(await signInWith(app, ann.person, { code: ann.shown(0) })).toBe('wrong_code')
    expect(await signInWith(app, ann.person, { code: ann.shown(-1) })).toBe('wrong_code')
    expect(await signInWith(app, ann.person, { code: ann.shown(1) })).toBe('wrong_code')
    app.clock.advance(seconds(30))
    expect(await signInWith(app, ann.person, { code: ann.shown(0) })).toBe('wrong_code')
    expect(await signInWith(app, ann.person, { code: ann.shown(1) })).toBe(200)
  })

  it('that set the app up does not sign in, and neither does the one before it', async () => {
    const ann = await guarded(app)
    for (const steps of [0, -1]) {
      expect(await signInWith(app, ann.person, { code: ann.shown(steps) })).toBe('wrong_code')
    }
    expect(await signInWith(app, ann.person, { code: ann.next() })).toBe(200)
  })

  it('of a removed app, or of one that was never confirmed, signs nobody in', async () => {
    const ann = await guarded(app)
    expect((await remove(app, ann.cookie, { code: ann.next() })).status).toBe(200)
    const session = await app.cookieOf(ann.person)
    await enrolment(app, session)
    const again = await guarded(app, ann.person)
    again.next()
    expect(await signInWith(app, ann.person, { code: ann.next() })).toBe('wrong_code')
    expect(await signInWith(app, ann.person, { code: again.shown() })).toBe(200)
  })

  it('of somebody else’s app is wrong', async () => {
    const [ann, eve] = [await guarded(app), await guarded(app)]
    eve.next()
    expect(await signInWith(app, ann.person, { code: eve.shown() })).toBe('wrong_code')
    expect(await signInWith(app, eve.person, { code: eve.shown() })).toBe(200)
  })
})

describe('a right code that is written', () => {
  it.each<[string, (code: string) => unknown]>([
    ['with a blank in the middle', (code) => `${code.slice(0, 3)} ${code.slice(3)}`],
    ['with blanks around it', (code) => `  ${code} `],
    ['with a blank after each digit', (code) => [...code].join(' ')],
  ])('%s is right', async (_how, write) => {
    const ann = await guarded(app)
    expect(await signInWith(app, ann.person, { code: write(ann.next()) })).toBe(200)
  })

  it.each<[string, (code: string) => unknown]>([
    ['in full-width digits', (code) => wide(code, 0xff10)],
    ['in Arabic-Indic digits', (code) => wide(code, 0x0660)],
    ['in mathematical digits', (code) => wide(code, 0x1d7ce)],
    ['as a JSON number', Number],
    ['as a list', (code) => [code]],
    ['as an object', (code) => ({ code })],
    ['as true', () => true],
    ['as null', () => null],
    ['with a plus', (code) => `+${code}`],
    ['with a minus', (code) => `-${code}`],
    ['with a point', (code) => `${code}.0`],
    ['with an exponent', (code) => `${code}e0`],
    ['in hexadecimal', (code) => `0x${Number(code).toString(16)}`],
    ['with a digit less', (code) => code.slice(1)],
    ['with a digit more', (code) => `0${code}`],
    ['with a digit more behind', (code) => `${code}0`],
    ['with a NUL', (code) => `${code}\0`],
    ['with an invisible character', (code) => `${code}\u200b`],
    ['twice', (code) => code + code],
    ['ten thousand times', (code) => code.repeat(10_000)],
    ['as nothing', () => ''],
    ['as blanks', () => '      '],
  ])('%s is refused as a wrong request, never a fault', async (_how, write) => {
    const ann = await guarded(app)
    ann.next()
    const pending = await pendingOf(app, ann.person)
    const answer = await prove(app, pending, { code: write(ann.shown()) })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.headers.getSetCookie()).toEqual([])
    const { email, password } = ann.person
    const direct = { email, password, totp_token: write(ann.shown()) }
    if (['', null].includes(direct.totp_token as null)) return
    const signIn = await app.postJson('/login', direct)
    expect(signIn.status).toBeGreaterThanOrEqual(400)
    expect(signIn.status).toBeLessThan(500)
    expect(await outcome(await prove(app, pending, { code: ann.shown() }))).toBe(200)
  })
})

it('wrong and used codes, and recovery codes, are refused in the same words', async () => {
  const ann = await guarded(app)
  const code = ann.next()
  const [spent = ''] = ann.recoveryCodes
  expect(await signInWith(app, ann.person, { code })).toBe(200)
  expect(await signInWith(app, ann.person, { recovery_code: spent })).toBe(200)
  const refused = async (proof: { code: string } | { recovery_code: string }) =>
    refusal(await prove(app, await pendingOf(app, ann.person), proof))
  const wrong = await refused({ code: ann.wrong() })
  expect(wrong).toMatchObject({ status: 401, code: 'wrong_code', cookies: [] })
  expect(await refused({ code })).toEqual(wrong)
  expect(await refused({ recovery_code: spent })).toEqual(wrong)
  expect(await refused({ recovery_code: 'aaaa-bbbb-cccc-dddd' })).toEqual(wrong)
})

function wide(code: string, zero: number): string {
  return [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join('')
}
