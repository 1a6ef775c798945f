import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeBase64url } from './base64url.ts'

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
      if (bytes) expect(bytes.toString('base64url')).toBe(spelt)
      else expect(/^[\w-]*$/.test(spelt) && isSpelling(spelt)).toBe(false)
    }),
    { numRuns: 5000 },
  )
})

it('knows the alphabet and no character besides, wherever it stands', () => {
  const around = ['', 'A', 'AA', 'AAA', 'AAAA']
  for (let code = 0; code <= 0xffff; code++) {
    const character = String.fromCharCode(code)
    for (const before of around) {
      for (const behind of around) {
        const text = before + character + behind
        const isOne = /^[\w-]+$/.test(text) && isSpelling(text)
        if ((decodeBase64url(text) !== undefined) !== isOne) expect.fail(`${code} in ${text}`)
      }
    }
  }
})

/** Of characters of the alphabet. */
function isSpelling(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text
}

it.each(['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'AA A', 'AA\n', '+A', '/A', 'Ää', null, 5, ['AA']])(
  'refuses %j',
  (text) => {
    expect(decodeBase64url(text)).toBeUndefined()
  },
)
