import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/kernel/clock.ts'
import { startApp } from '../support/app.ts'
import {
  factorsOf,
  type Guarded,
  guarded,
  outcome,
  pendingCookieOf,
  pendingOf,
  post,
  prove,
  refusal,
  remove,
  signInWith,
} from '../support/second-factor.ts'

const app = await startApp()
const hours = (count: number) => minutes(60 * count)

/** Wrong codes, five to a pending login. */
async function guess(ann: Guarded, count: number, pause = 0): Promise<void> {
  let pending = ''
  for (let at = 0; at < count; at += 1) {
    if (at % 5 === 0) {
      app.clock.advance(pause)
      pending = await pendingOf(app, ann.person)
    }
    expect(await outcome(await prove(app, pending, { code: ann.wrong() }))).toBe('wrong_code')
  }
}

describe('a pending login', () => {
  it('takes the right code at the fifth try', async () => {
    const ann = await guarded(app)
    const pending = await pendingOf(app, ann.person)
    ann.next()
    for (let at = 0; at < 4; at += 1) {
      expect(await outcome(await prove(app, pending, { code: ann.wrong() }))).toBe('wrong_code')
    }
    expect(await outcome(await prove(app, pending, { code: ann.shown() }))).toBe(200)
  })

  it('takes nothing after five tries, however right, and a new one does', async () => {
    const ann = await guarded(app)
    const pending = await pendingOf(app, ann.person)
    await pendingOf(app, ann.person)
    ann.next()
    for (let at = 0; at < 5; at += 1) {
      expect(await outcome(await prove(app, pending, { code: ann.wrong() }))).toBe('wrong_code')
    }
    const right = [{ code: ann.shown() }, { recovery_code: ann.recoveryCodes[0] }]
    for (const proof of right) {
      expect(await outcome(await prove(app, pending, proof))).toBe('login_expired')
    }
    for (const proof of right) expect(await signInWith(app, ann.person, proof)).toBe(200)
  })

  it('counts codes and recovery codes together, in a cookie as in a body', async () => {
    const ann = await guarded(app)
    const cookie = await pendingCookieOf(app, ann.person)
    ann.next()
    const tries = [
      { recovery_code: 'aaaa-bbbb-cccc-dddd' },
      { code: ann.wrong() },
      { recovery_code: 'eeee-ffff-gggg-hhhh' },
      { code: ann.wrong() },
      { recovery_code: 'jjjj-kkkk-mmmm-nnnn' },
    ]
    for (const proof of tries) {
      expect(await outcome(await post(app, '/login/factor', proof, cookie))).toBe('wrong_code')
    }
    const right = await post(app, '/login/factor', { code: ann.shown() }, cookie)
    expect(await outcome(right)).toBe('login_expired')
  })

  it('is not given new tries by another password step', async () => {
    const ann = await guarded(app)
    const pending = await pendingOf(app, ann.person)
    for (let at = 0; at < 5; at += 1) {
      await prove(app, pending, { code: ann.wrong() })
      await pendingOf(app, ann.person)
    }
    expect(await outcome(await prove(app, pending, { code: ann.next() }))).toBe('login_expired')
  })
})

describe('the app of an account at which somebody guesses who has the password', () => {
  it('is disabled after a hundred wrong codes in a row, over days', async () => {
    const ann = await guarded(app)
    await guess(ann, 100, hours(12))
    const right = async (code: string) =>
      refusal(await prove(app, await pendingOf(app, ann.person), { code }))
    const refused = await right(ann.next())
    expect(refused).toMatchObject({ status: 401, code: 'wrong_code', cookies: [] })

    // Nobody can tell that it is disabled, not even by the right code.
    const bob = await guarded(app)
    const wrong = await prove(app, await pendingOf(app, bob.person), { code: bob.wrong() })
    expect(refused).toEqual(await refusal(wrong))
    app.clock.advance(hours(24 * 365))
    expect(await right(ann.next())).toEqual(refused)
    const { email, password } = ann.person
    const direct = await app.postJson('/login', { email, password, totp_token: ann.next() })
    expect([await outcome(direct), direct.headers.getSetCookie()]).toEqual(['wrong_code', []])
  })

  it('is replaced by a recovery code: the owner signs in, removes it, and sets one up again', async () => {
    const ann = await guarded(app)
    await guess(ann, 100)
    const [first, second] = ann.recoveryCodes
    const pending = await pendingCookieOf(app, ann.person)
    const answer = await post(app, '/login/factor', { recovery_code: first }, pending)
    expect(answer.status).toBe(200)
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] as string
    expect(await factorsOf(app, cookie)).toMatchObject({ totp: { enabled: true, disabled: true } })
    expect(await outcome(await remove(app, cookie, { code: ann.next() }))).toBe('wrong_code')
    expect(await outcome(await remove(app, cookie, { recovery_code: second }))).toBe(200)
    const again = await guarded(app, ann.person)
    expect(await signInWith(app, ann.person, { code: again.next() })).toBe(200)
  })

  it('is not disabled by ninety-nine, and a right code begins the count anew', async () => {
    const ann = await guarded(app)
    for (let round = 0; round < 2; round += 1) {
      await guess(ann, 99)
      expect(await signInWith(app, ann.person, { code: ann.next() })).toBe(200)
    }
  })

  it('is not spared by recovery codes used in between', async () => {
    const ann = await guarded(app)
    await guess(ann, 60)
    expect(await signInWith(app, ann.person, { recovery_code: ann.recoveryCodes[0] })).toBe(200)
    await guess(ann, 40)
    expect(await signInWith(app, ann.person, { code: ann.next() })).toBe('wrong_code')
  })

  it('is disabled also by guesses together with the password', async () => {
    const ann = await guarded(app)
    const { email, password } = ann.person
    const signIn = (totp_token: string) => app.postJson('/login', { email, password, totp_token })
    const guesses = Array.from({ length: 100 }, () => signIn(ann.wrong()))
    for (const answer of await Promise.all(guesses)) {
      expect(await outcome(answer)).toBe('wrong_code')
    }
    expect(await outcome(await signIn(ann.next()))).toBe('wrong_code')
    expect(await signInWith(app, ann.person, { code: ann.shown() })).toBe('wrong_code')
  })

  it('is disabled also by guesses with a stolen session at its removal', async () => {
    const ann = await guarded(app)
    for (let at = 0; at < 100; at += 1) {
      expect((await remove(app, ann.cookie, { code: ann.wrong() })).status).not.toBe(200)
    }
    expect((await remove(app, ann.cookie, { code: ann.next() })).status).not.toBe(200)
    expect(await factorsOf(app, ann.cookie)).toMatchObject({ mfa_enabled: true })
  })

  it('is disabled for that account alone, and not by guesses without the password', async () => {
    const [ann, bob] = [await guarded(app), await guarded(app)]
    await guess(ann, 100)
    const guesses = Array.from({ length: 110 }, () =>
      app.postJson('/login', { email: bob.person.email, password: 'x', totp_token: bob.wrong() }),
    )
    for (const answer of await Promise.all(guesses)) expect(answer.status).toBe(401)
    expect(await signInWith(app, bob.person, { code: bob.next() })).toBe(200)
  })
})
