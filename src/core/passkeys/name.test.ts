import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPasskeyName } from './name.ts'

describe('the name of a passkey', () => {
  it('is what its owner typed, without blanks around it', () => {
    expect(readPasskeyName('  Phone of Zoë 🔑\t')).toBe('Phone of Zoë 🔑')
    expect(readPasskeyName('a b')).toBe('a b')
    // Blanks of every kind, also one that does not break.
    expect(readPasskeyName('\u00a0Key\u3000')).toBe('Key')
  })

  it('is not empty', () => {
    for (const text of ['', ' ', '\n\t ', '\u00a0']) {
      expect(readPasskeyName(text)).toBeUndefined()
    }
  })

  it('has 60 characters at the most, as people count them, blanks around it not among them', () => {
    expect(readPasskeyName('k'.repeat(60))).toBe('k'.repeat(60))
    expect(readPasskeyName('k'.repeat(61))).toBeUndefined()
    expect(readPasskeyName('🔑'.repeat(60))).toBe('🔑'.repeat(60))
    expect(readPasskeyName('🔑'.repeat(61))).toBeUndefined()
    expect(readPasskeyName(` ${'k'.repeat(60)} `)).toBe('k'.repeat(60))
  })

  it('is one line of text, whatever a line is ended by', () => {
    for (const sign of ['\n', '\r', '\u0000', '\u001b', '\u007f', '\u0085', '\u2028', '\u2029']) {
      expect(readPasskeyName(`two${sign}lines`)).toBeUndefined()
    }
  })

  it('is Unicode: half a character is none', () => {
    expect(readPasskeyName('key \ud83d')).toBeUndefined()
    expect(readPasskeyName('\udd11 key')).toBeUndefined()
  })

  it('is read again as it was read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 70 }), (text) => {
        const name = readPasskeyName(text)
        if (name !== undefined) expect(readPasskeyName(name)).toBe(name)
      }),
    )
  })
})
