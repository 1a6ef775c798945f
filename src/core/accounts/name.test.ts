import { describe, expect, it } from 'vitest'
import { parseName } from './name.ts'

describe('person name', () => {
  it.each([
    'John Doe',
    'Zoë',
    "Anne-Marie O'Neill",
    'نیلوفر\u200cها',
    '李小龍',
    '🦊',
    '<script>alert(1)</script>',
    'a'.repeat(200),
  ])('accepts %s', (text) => {
    expect(parseName(text)).toEqual({ name: text })
  })

  it('is trimmed and composed', () => {
    expect(parseName('  Zoe\u0308 ')).toEqual({ name: 'Zo\u00eb' })
  })

  it.each(['', '   ', '\u00a0', '\u200b', '...'])('must show something: %j', (text) => {
    expect(parseName(text)).toEqual({ broken: 'required' })
  })

  it('is 200 code points long at most', () => {
    expect(parseName('🦊'.repeat(200))).toHaveProperty('name')
    expect(parseName('🦊'.repeat(201))).toEqual({ broken: 'too_long' })
  })

  it.each(['a\u0000b', 'a\nb', 'a\u001b[31mb', 'a\u2028b', 'a\u202eb', 'a\u2067b', 'a\ud800'])(
    'has no control, separator or direction-changing character: %j',
    (text) => {
      expect(parseName(text)).toEqual({ broken: 'forbidden_character' })
    },
  )
})
