import { dictionary } from '@zxcvbn-ts/language-common'
import { describe, expect, it } from 'vitest'
import { CommonPasswords } from './common.ts'

const year = 2030
const words = dictionary['passwords-common']
const common = new CommonPasswords(words)

/** Enough for the shortest length rule there is; the words are ASCII, so units are code points. */
const isLong = (password: string) => password.length >= 12

describe('the passwords that are tried first', () => {
  it('are a million that meet the length rule, of the first 5,000 words alone', () => {
    let count = 0
    for (const password of new CommonPasswords(words.slice(0, 5000)).list(year)) {
      if (isLong(password)) count += 1
    }
    expect(count).toBeGreaterThan(1_000_000)
  })

  it('are known, each of them: all of the first 300 words, and of every 200th further one', () => {
    const some = words.filter((_, at) => at < 300 || at % 200 === 0)
    const long = [...new CommonPasswords(some).list(year)].filter(isLong)
    expect(long.length).toBeGreaterThan(50_000)
    expect(long.filter((password) => !common.has(password, year))).toEqual([])
  })

  it.each([
    'Password1234',
    'P@ssw0rd12345',
    'PASSWORD2024',
    'Pa55w0rd123!',
    'iloveyou1987',
    'Sunshine2031',
    'dragondragon',
    'monkeymonkeymonkey',
    'letmeinletmein1',
    'Liverpool@123',
    'ｐａｓｓｗｏｒｄ1234',
    'qwertyuiopasdfghjkl',
    '1Qaz2Wsx3Edc4Rfv',
    'qwertzuiop123',
  ])('hold %s', (password) => {
    expect(common.has(password, year)).toBe(true)
  })

  it.each([
    'correct horse battery staple',
    'violet harbour lantern',
    'four plain words here',
    'password of my own making',
    'dragon monkey',
    'dragonsunshinedragon',
    'MySecurePassword123!',
    'kX9#mQ2$vL7!',
    'password 1234 password',
    'summer in 2024',
    '    password1',
    '',
  ])('do not hold %j', (password) => {
    expect(common.has(password, year)).toBe(false)
  })

  it('end with years until the next one, whichever year it is', () => {
    expect(common.has('sunshine1950', 2030)).toBe(true)
    expect(common.has('sunshine1949', 2030)).toBe(false)
    expect(common.has('sunshine2031', 2030)).toBe(true)
    expect(common.has('sunshine2032', 2030)).toBe(false)
    expect(common.has('sunshine2032', 2031)).toBe(true)
  })
})
