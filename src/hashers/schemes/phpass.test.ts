import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { drupal, phpass } from './phpass.ts'
import { wordpressBcrypt } from './wordpress.ts'

describe('phpass', () => {
  const good = '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0' // Of phpass' own test.php.

  it('accepts the password and no other, under both of its names', () => {
    for (const hash of [good, good.replace('$P$', '$H$')]) {
      expect(phpass.read(hash)?.cost).toEqual({ rounds: 2048 })
      expect(phpass.read(hash)?.matches('test12345')).toBe(true)
      expect(phpass.read(hash)?.matches('test12346')).toBe(false)
    }
  })

  it.each([
    ['another name', good.replace('$P$', '$Q$')],
    ['a foreign character', good.replace('.', '!')],
    ['a character too few', good.slice(0, -1)],
    ['a character too many', `${good}0`],
    ['too few rounds', good.replace('$P$9', '$P$4')],
    ['2^30 rounds', good.replace('$P$9', '$P$S')],
    ['rounds that no one can count', good.replace('$P$9', '$P$z')],
    ['unused bits', good.replace(/0$/, 'z')],
  ])('refuses a hash with %s', (_, hash) => {
    expect(phpass.read(hash)).toBeUndefined()
  })
})

describe('drupal', () => {
  const good = '$S$C33783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLf' // Of hashcat's examples.

  it('accepts the password and no other', () => {
    expect(drupal.read(good)?.cost).toEqual({ rounds: 16_384 })
    expect(drupal.read(good)?.matches('hashcat')).toBe(true)
    expect(drupal.read(good)?.matches('hashcad')).toBe(false)
  })

  it('knows a hash that was made of an MD5 when a site was upgraded', () => {
    const md5 = createHash('md5').update('hashcat').digest('hex')
    expect(drupal.read(`U${good}`)?.matches('hashcat')).toBe(false)
    expect(drupal.read(good)?.matches(md5)).toBe(false)
    // Drupal's algorithm over the MD5, calculated apart.
    const upgraded = `U$S$5saltsalt${stretchedBySaltsalt(md5)}`
    expect(drupal.read(upgraded)?.matches('hashcat')).toBe(true)
    expect(drupal.read(upgraded)?.matches(md5)).toBe(false)
  })

  it.each([
    ['2^30 rounds', good.replace('$S$C', '$S$S')],
    ['a character too few', good.slice(0, -1)],
    ['a foreign character', good.replace(/.$/, '!')],
    ['two marks', `UU${good}`],
  ])('refuses a hash with %s', (_, hash) => {
    expect(drupal.read(hash)).toBeUndefined()
  })
})

/** 2^7 rounds of SHA-512, written out. */
function stretchedBySaltsalt(password: string): string {
  const sha512 = (...parts: (string | Buffer)[]) =>
    parts.reduce((sum, part) => sum.update(part), createHash('sha512')).digest()
  let made = sha512('saltsalt', password)
  for (let i = 0; i < 128; i++) made = sha512(made, password)
  const order = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const bits = [...made].flatMap((byte) => [0, 1, 2, 3, 4, 5, 6, 7].map((n) => (byte >> n) & 1))
  const digits = Array.from({ length: 43 }, (_, i) =>
    bits.slice(6 * i, 6 * i + 6).reduceRight((sum, bit) => 2 * sum + bit, 0),
  )
  return digits.map((digit) => order[digit]).join('')
}

describe('wordpress_bcrypt', () => {
  const good = '$wp$2y$04$7SIqtxpcCDdy9Cikr8VO/uasI8wPHr1yjQqkFPnuE6x/X1xRnMf5q'

  it('accepts the password and no other, in full length', () => {
    expect(wordpressBcrypt.read(good)?.matches('a'.repeat(100))).toBe(true)
    expect(wordpressBcrypt.read(good)?.matches('a'.repeat(99))).toBe(false)
  })

  it.each([
    ['plain bcrypt', good.slice(3)],
    ['another bcrypt', good.replace('2y', '2b')],
    ['a cost of hours', good.replace('$04$', '$31$')],
    ['a character too many', `${good}.`],
  ])('refuses %s', (_, hash) => {
    expect(wordpressBcrypt.read(hash)).toBeUndefined()
  })
})
