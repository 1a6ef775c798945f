import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base32, inFours } from './base32.ts'

describe('base32', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('writes %j as RFC 4648 10 does, without the padding', (text, written) => {
    expect(base32(Buffer.from(text))).toBe(written)
  })

  it('gives different bytes different texts, which say all of their bits', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const digits = [...base32(bytes)].map((one) =>
          'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(one),
        )
        const bits = digits.map((one) => one.toString(2).padStart(5, '0')).join('')
        const read = (bits.match(/.{8}/g) ?? []).map((one) => Number.parseInt(one, 2))
        expect(read).toEqual([...bytes])
      }),
    )
  })

  it('is grouped by four, the rest at the end', () => {
    expect(inFours('ABCDEFGHIJ', ' ')).toBe('ABCD EFGH IJ')
    expect(inFours('', '-')).toBe('')
  })
})
