import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyRing } from '../../kernel/key-ring.ts'
import { systemRandom } from '../../kernel/random.ts'
import { Secret } from '../../kernel/secret.ts'
import type { AccountId } from '../accounts/index.ts'
import {
  hashesOfRecoveryCode,
  newRecoveryCodes,
  type RecoveryCode,
  readRecoveryCode,
  writeRecoveryCode,
} from './recovery-code.ts'

const code = '0123456789abcdef' as RecoveryCode

describe('recovery codes', () => {
  it('are ten, all different, of 80 bits and without look-alikes', () => {
    const codes = newRecoveryCodes(systemRandom)
    expect(new Set(codes).size).toBe(10)
    for (const one of codes) expect(one).toMatch(/^[0-9abcdefghjkmnpqrstvwxyz]{16}$/)
  })

  it('say every bit that was drawn', () => {
    const drawn = (bytes: Uint8Array) => newRecoveryCodes({ bytes: () => bytes })[0]
    expect(drawn(new Uint8Array(10))).toBe('0'.repeat(16))
    expect(drawn(new Uint8Array(10).fill(255))).toBe('z'.repeat(16))
    const single = Array.from({ length: 80 }, (_, bit) => {
      const bytes = new Uint8Array(10)
      bytes[bit >> 3] = 1 << (bit & 7)
      return drawn(bytes)
    })
    expect(new Set(single).size).toBe(80)
  })

  it('are shown in four groups', () => {
    expect(writeRecoveryCode(code)).toBe('0123-4567-89ab-cdef')
  })

  it.each([
    '0123456789abcdef',
    '0123-4567-89AB-CDEF',
    '  0123 4567 89ab cdef\n',
    'O123-4567-89ab-cdef',
    'oi23 4567 89ab cdef',
    'OL23–4567—89ab−cdef',
    '0I23\u00a04567\u200989ab\u2011cdef',
    '--0-1-2-3-4-5-6-7-8-9-a-b-c-d-e-f--',
  ])('are read from %j', (typed) => {
    expect(readRecoveryCode(typed)).toBe(code)
  })

  it('are read with a u for a v, which they are written alike by hand', () => {
    expect(readRecoveryCode('uuuu-UUUU-vvvv-VVVV')).toBe('v'.repeat(16))
  })

  it.each([
    '',
    '0123456789abcde',
    '0123456789abcdef0',
    '0123456789abcde!',
    '0123456789abcdeé',
    '０123456789abcdef',
    // The sign of the kelvin, which is a k in small letters.
    '0123456789abcde\u212a',
    `${'-'.repeat(49)}0123456789abcdef`,
    1234567812345678,
    ['0123456789abcdef'],
    null,
    undefined,
  ])('are not read from %s', (typed) => {
    expect(readRecoveryCode(typed)).toBeUndefined()
  })

  it('are read however they were drawn, grouped and mistaken', () => {
    const mistakes: Record<string, string[]> = { '0': ['o', 'O'], '1': ['i', 'I', 'l', 'L'] }
    const drawn = fc.uint8Array({ minLength: 10, maxLength: 10 })
    fc.assert(
      fc.property(drawn, fc.infiniteStream(fc.nat(11)), (bytes, choices) => {
        const [one = '' as RecoveryCode] = newRecoveryCodes({ bytes: () => bytes })
        const choice = () => choices.next().value as number
        const typed = [...one].map((character) => {
          const spellings = [character, character.toUpperCase(), ...(mistakes[character] ?? [])]
          const between = [' ', '-', '', '', '', ''][choice() % 6]
          return `${spellings[choice() % spellings.length]}${between}`
        })
        expect(readRecoveryCode(typed.join(''))).toBe(one)
      }),
    )
  })
})

describe('the stored forms of a recovery code', () => {
  const [first, second] = ['first', 'second'].map(
    (name) => new Secret(`${name}-master-key-of-some-length`),
  ) as [Secret, Secret]
  const ann = 'acc_ann' as AccountId

  it('are one for each key of the ring, the newest first', () => {
    const [old] = hashesOfRecoveryCode(code, ann, new KeyRing([first]))
    const hashes = hashesOfRecoveryCode(code, ann, new KeyRing([second, first]))
    expect(hashes).toHaveLength(2)
    expect(hashes[1]).toBe(old)
    expect(hashes[0]).not.toBe(old)
    expect(old).toMatch(/^[\w-]{43}$/)
  })

  it('differ for every account and every code, so that a row is worth nothing elsewhere', () => {
    const keys = new KeyRing([first])
    const hashOf = (one: string, owner: string) =>
      hashesOfRecoveryCode(one as RecoveryCode, owner as AccountId, keys)[0]
    const other = '0123456789abcdeg'
    const hashes = [hashOf(code, 'acc_ann'), hashOf(code, 'acc_bob'), hashOf(other, 'acc_ann')]
    expect(new Set(hashes).size).toBe(3)
  })
})
