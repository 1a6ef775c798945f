import { describe, expect, it } from 'vitest'
import { readPlaintext } from './plaintext.ts'

const text = (password: string) => {
  const read = readPlaintext(password)
  return 'plaintext' in read ? read.plaintext.expose() : read.broken
}

describe('password as received', () => {
  it('is kept whole: blanks, NUL and letter case stay', () => {
    expect(text('  Ab\u0000c  ')).toBe('  Ab\u0000c  ')
  })

  it('is composed (NFC), so that every keyboard gives the same password', () => {
    expect(text('e\u0301')).toBe('\u00e9')
  })

  it('is not folded further: ligatures and full-width letters stay what they are', () => {
    expect(text('\ufb01\uff21')).toBe('\ufb01\uff21')
  })

  it('may be 1,024 bytes long, not one more, counted after composing', () => {
    expect(text('a'.repeat(1024))).toHaveLength(1024)
    expect(text('a'.repeat(1025))).toBe('too_long')
    expect(text('é'.repeat(512))).toHaveLength(512)
    expect(text('é'.repeat(513))).toBe('too_long')
    expect(text('e\u0301'.repeat(512))).toHaveLength(512)
  })

  it('must be there, and must be Unicode', () => {
    expect(text('')).toBe('required')
    expect(text('a\ud800')).toBe('not_unicode')
  })
})
