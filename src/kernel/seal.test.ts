import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyRing } from './key-ring.ts'
import { systemRandom } from './random.ts'
import { Seal } from './seal.ts'
import { Secret } from './secret.ts'

const first = new Secret('first-master-key-of-some-length')
const second = new Secret('second-master-key-of-some-length')
const seal = new Seal(new KeyRing([first]), systemRandom)

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('seal', () => {
  it('knows an answer: the same keys and nonce make the same token', () => {
    const counting = { bytes: (count: number) => Uint8Array.from({ length: count }, (_, at) => at) }
    const token = new Seal(new KeyRing([first]), counting).seal('session', 'a text').expose()
    expect(token).toBe('sse2_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXV1Dena8t7HhtZQ9yHWBXeRr0_sJnVA')
    expect(seal.open('session', token)).toBe('a text')
  })

  it('gives back any text, and shows nothing of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const token = seal.seal('bearer', text).expose()
        expect(token).toMatch(/^sbr2_[\w-]{54,}$/)
        expect(seal.open('bearer', token)).toBe(text)
      }),
    )
    const token = seal.seal('session', 'visible'.repeat(10)).expose()
    expect(Buffer.from(token.slice(5), 'base64url').toString('latin1')).not.toContain('visible')
  })

  it('makes another token of the same text each time', () => {
    const tokens = Array.from({ length: 1000 }, () => seal.seal('session', 'text').expose())
    expect(new Set(tokens.map((token) => token.slice(0, 5 + 32))).size).toBe(1000)
  })

  it('is not opened as another kind, nor by another prefix', () => {
    const token = seal.seal('session', 'text').expose()
    expect(seal.open('bearer', token)).toBeUndefined()
    for (const prefix of ['sbr2_', 'sse1_', 'ses_', 'SSE2_', 'sse2', '']) {
      const other = prefix + token.slice(5)
      expect(seal.open('bearer', other)).toBeUndefined()
      expect(seal.open('session', other)).toBeUndefined()
    }
  })

  // Texts of three lengths: the last character of a token has 0, 2 or 4 bits that say nothing.
  it.each(['12', '123', '1234'])(
    'is refused with any character altered, left out or added: %s',
    (text) => {
      const token = seal.seal('session', text).expose()
      const refused = (other: string) => expect(seal.open('session', other), other).toBeUndefined()
      for (let at = 0; at < token.length; at++) {
        const [before, behind] = [token.slice(0, at), token.slice(at + 1)]
        for (const other of alphabet) if (other !== token[at]) refused(before + other + behind)
        for (const other of ['=', '+', '/', '.', ' ', '\n', '\0', 'é', '😀']) {
          refused(before + other + behind)
          refused(before + other + token.slice(at))
        }
        refused(before + behind)
        refused(before)
      }
      for (const more of ['A', '=', '==', ' ', '\n', 'AAAA', token]) refused(token + more)
      refused(token.replaceAll('-', '+').replaceAll('_', '/'))
    },
  )

  it('refuses every altered byte', () => {
    const token = seal.seal('session', 'a text').expose()
    const bytes = Buffer.from(token.slice(5), 'base64url')
    const altered = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(altered, ([at, change]) => {
        const other = Buffer.from(bytes)
        other[at] = (other[at] as number) ^ change
        expect(seal.open('session', `sse2_${other.toString('base64url')}`)).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses whatever was never sealed, without an exception', () => {
    const presented = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 100 }).map((b) => `sse2_${Buffer.from(b).toString('base64url')}`),
    )
    fc.assert(fc.property(presented, (text) => seal.open('session', text) === undefined))
    expect(seal.open('session', `sse2_${'A'.repeat(10_000_000)}`)).toBeUndefined()
  })

  it('understands what an older key sealed, until that key is taken out', () => {
    const old = seal.seal('session', 'text').expose()
    const both = new Seal(new KeyRing([second, first]), systemRandom)
    expect(both.open('session', old)).toBe('text')
    const fresh = both.seal('session', 'text').expose()
    expect(seal.open('session', fresh)).toBeUndefined()
    const after = new Seal(new KeyRing([second]), systemRandom)
    expect(after.open('session', fresh)).toBe('text')
    expect(after.open('session', old)).toBeUndefined()
  })

  it('seals nothing that it would not open, or no browser would keep', () => {
    const longest = seal.seal('session', 'x'.repeat(2956)).expose()
    expect(longest.length).toBe(4000)
    expect(seal.open('session', longest)).toHaveLength(2956)
    expect(() => seal.seal('session', 'x'.repeat(2957))).toThrow('too long')
  })
})
