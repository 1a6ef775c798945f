import { afterAll, describe, expect, it } from 'vitest'
import { OverloadedError } from '../kernel/errors.ts'
import { Secret } from '../kernel/secret.ts'
import { FakeClock } from '../testing/clock.ts'
import { GuessingPool } from './pool.ts'

const clock = new FakeClock()
const pool = new GuessingPool({ clock })
afterAll(() => pool.close())

const estimate = (password: string, words: string[] = []) =>
  pool.estimate(new Secret(password), words)

describe('an estimate', () => {
  it.each([
    ['abcabcabcabc', 'repeat'],
    ['aaaaaaaaaaaa', 'repeat'],
    [' '.repeat(12), 'repeat'],
    ['p'.repeat(1024), 'repeat'],
    ['abcdefghijklmn', 'sequence'],
    ['monday tuesday wednesday', 'sequence'],
    ['zxcvbnm,./;lk', 'keyboard'],
    ['John17051985', 'date'],
    ['password12345x', 'known'],
    ['12 characters', 'more'],
  ])('of %s is low, with the advice "%s"', async (password, advice) => {
    const { score, ...rest } = await estimate(password)
    expect(score).toBeLessThan(3)
    expect(rest).toEqual({ common: false, advice })
  })

  it.each([
    'correct horse battery staple',
    'violet harbour lantern',
    'kX9#mQ2$vL7!',
    'schöne grüße, ﬁne',
    'пять зелёных слонов',
    '青い鳥が三羽飛んでいった',
  ])('of %s is good', async (password) => {
    expect(await estimate(password)).toMatchObject({ common: false })
    expect((await estimate(password)).score).toBeGreaterThanOrEqual(3)
  })

  it('counts what is known of the person as known', async () => {
    const password = 'peregrinquist7'
    expect((await estimate(password)).score).toBeGreaterThanOrEqual(3)
    expect((await estimate(password, ['peregrinquist'])).score).toBeLessThan(3)
  })

  it('of a password that is tried first is weak at the most, whatever is counted', async () => {
    expect(await estimate('Welcome12345')).toMatchObject({ common: true, score: 1 })
  })

  it('knows the year by the clock that it is given', async () => {
    const year = new Date(clock.now()).getUTCFullYear()
    expect((await estimate(`sunshine${year + 1}`)).common).toBe(true)
    expect((await estimate(`sunshine${year + 2}`)).common).toBe(false)
  })

  it('takes the end of a very long password into account', async () => {
    const end = ' violet harbour lantern'
    expect((await estimate('a'.repeat(200))).score).toBeLessThan(3)
    expect((await estimate('a'.repeat(200) + end)).score).toBeGreaterThanOrEqual(3)
    expect((await estimate(end + 'a'.repeat(200))).score).toBeGreaterThanOrEqual(3)
  })

  it.each([
    '__proto__ constructor',
    'hasOwnProperty',
    'a\u0000b\u0000c\u0000d',
    '\ud83e\udd8a',
    '',
  ])('can be made of %j, with the same among the words', async (password) => {
    expect((await estimate(password, ['__proto__', 'constructor', password])).score).toBeTypeOf(
      'number',
    )
  })

  it('takes a bounded time for the passwords that are worst to take apart (CWE-1333)', async () => {
    const bytes = 1024
    const worst = ['4@', '1!|$5@4(<3079+8', '1234qwer!@#$', 'e5iaml0ops3$@!e5', '20112011', 'aB1!']
    const start = performance.now()
    for (const part of worst) await estimate(part.repeat(bytes).slice(0, bytes))
    expect((performance.now() - start) / worst.length).toBeLessThan(1000)
  })
})

describe('the guessing pool', () => {
  it('sends callers away at once when too many wait, and serves those who do', async () => {
    const busy = new GuessingPool({ clock, queue: 4 })
    const password = new Secret('violet harbour lantern')
    const asked = Array.from({ length: 40 }, () => busy.estimate(password, []))
    const results = await Promise.allSettled(asked)
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    expect(results.length - refused.length).toBeGreaterThanOrEqual(4)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(OverloadedError)
    expect((await busy.estimate(password, [])).score).toBe(4)
    await busy.close()
  })

  it('gives up on what takes too long, and lives on', async () => {
    const hasty = new GuessingPool({ clock, timeoutMs: 1 })
    await expect(hasty.estimate(new Secret('4@'.repeat(32)), [])).rejects.toThrow(OverloadedError)
    await hasty.close()
  })

  it('closes without ever having been asked', async () => {
    await new GuessingPool({ clock }).close()
  })
})
