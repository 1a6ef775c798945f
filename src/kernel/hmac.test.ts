import { createHmac, createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hmacSha256 } from './hmac.ts'

const hexOf = (secret: Buffer, text: string) =>
  Buffer.from(hmacSha256(secret, text), 'base64url').toString('hex')

describe('HMAC-SHA-256', () => {
  // RFC 4231, 4.2, 4.3, 4.7 and 4.8: keys that are shorter than a block, and longer.
  it.each([
    [
      Buffer.alloc(20, 0x0b),
      'Hi There',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      Buffer.alloc(131, 0xaa),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      Buffer.alloc(131, 0xaa),
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('knows the answers of RFC 4231: %#', (secret, text, answer) => {
    expect(hexOf(secret, text)).toBe(answer)
  })

  it('is what node:crypto makes, of every key and text, one after the other', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({ unit: 'binary-ascii', maxLength: 400 }),
    )
    const keys = fc.uint8Array({ minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(keys, texts, texts, (key, a, b) => {
        const object = createSecretKey(key)
        for (const text of [a, b, a, '']) {
          const expected = createHmac('sha256', key).update(text).digest('base64url')
          expect([hmacSha256(key, text), hmacSha256(object, text)]).toEqual([expected, expected])
        }
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['x', 'é', '€', '😀', '\ud800'])('takes a text of any length: %j', (character) => {
    const key = Buffer.alloc(32, 7)
    for (const length of [0, 1, 4095, 4096, 4097, 100_000]) {
      const text = character.repeat(length)
      expect(hmacSha256(key, text)).toBe(createHmac('sha256', key).update(text).digest('base64url'))
    }
  })
})
