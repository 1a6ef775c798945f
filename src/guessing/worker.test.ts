import { describe, expect, it } from 'vitest'
import run from './worker.ts'

const estimate = (password: string, words: readonly string[] = []) =>
  run({ password, words, year: 2030 })

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
  ])('of %s is low, with the advice "%s"', (password, advice) => {
    const { score, ...rest } = estimate(password)
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
  ])('of %s is good', (password) => {
    expect(estimate(password).common).toBe(false)
    expect(estimate(password).score).toBeGreaterThanOrEqual(3)
  })

  it('counts what is known of the person as known', () => {
    const password = 'peregrinquist7'
    expect(estimate(password).score).toBeGreaterThanOrEqual(3)
    expect(estimate(password, ['peregrinquist']).score).toBeLessThan(3)
  })

  it('of a password that is tried first is weak at the most, whatever is counted', () => {
    expect(estimate('Welcome12345')).toMatchObject({ common: true, score: 1 })
  })

  it('takes the end of a very long password into account', () => {
    const end = ' violet harbour lantern'
    expect(estimate('a'.repeat(200)).score).toBeLessThan(3)
    expect(estimate('a'.repeat(200) + end).score).toBeGreaterThanOrEqual(3)
    expect(estimate(end + 'a'.repeat(200)).score).toBeGreaterThanOrEqual(3)
  })

  it.each([
    '__proto__ constructor',
    'hasOwnProperty',
    'a\u0000b\u0000c\u0000d',
    '\ud83e\udd8a',
    '',
  ])('can be made of %j, with the same among the words', (password) => {
    expect(estimate(password, ['__proto__', 'constructor', password]).score).toBeTypeOf('number')
  })

  it('takes a bounded time for the passwords that are worst to take apart (CWE-1333)', () => {
    const bytes = 1024
    const worst = ['4@', '1!|$5@4(<3079+8', '1234qwer!@#$', 'e5iaml0ops3$@!e5', '20112011', 'aB1!']
    const start = performance.now()
    for (const part of worst) estimate(part.repeat(bytes).slice(0, bytes))
    expect((performance.now() - start) / worst.length).toBeLessThan(1000)
  })
})
