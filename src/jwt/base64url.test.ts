import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeBase64url, isCanonical } from './base64url.ts'

it('gives back any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const text = Buffer.from(bytes).toString('base64url')
      expect(decodeBase64url(text)).toEqual(Buffer.from(bytes))
    }),
  )
})

it('has one spelling for each value: what it decodes is encoded to the same text', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_=-]{0,12}$/))
  fc.assert(
    fc.property(text, (spelt) => {
      const bytes = decodeBase64url(spelt)
      expect(bytes !== undefined).toBe(isCanonical(spelt))
      if (bytes) expect(bytes.toString('base64url')).toBe(spelt)
    }),
    { numRuns: 2000 },
  )
})

it.each(['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'AA A', 'AA\n', '+A', '/A', 'Ää', null, 5, ['AA']])(
  'refuses %j',
  (text) => {
    expect(decodeBase64url(text)).toBeUndefined()
  },
)
