import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ab64, base64, bcrypt64, type Codec, crypt64, decodeHex, phc64 } from './bytes.ts'

const codecs: [string, Codec][] = [
  ['base64', base64],
  ['phc64', phc64],
  ['ab64', ab64],
  ['bcrypt64', bcrypt64],
  ['crypt64', crypt64],
]

describe.each(codecs)('%s', (_, codec) => {
  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(codec.decode(codec.encode(bytes))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('has one spelling for each value: what it decodes, it encodes to the same text', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9+/.=]{0,12}$/))
    fc.assert(
      fc.property(text, (spelt) => {
        const bytes = codec.decode(spelt)
        if (bytes) expect(codec.encode(bytes)).toBe(spelt)
      }),
    )
  })
})

describe('spellings', () => {
  const bytes = Buffer.from([0xfb, 0xff, 0x00, 0x01])

  it('are those of the formats', () => {
    expect(base64.encode(bytes)).toBe('+/8AAQ==')
    expect(phc64.encode(bytes)).toBe('+/8AAQ')
    expect(ab64.encode(bytes)).toBe('./8AAQ')
    expect(bcrypt64.encode(bytes)).toBe('896..O')
    expect(crypt64.encode(bytes)).toBe('vzD./.')
  })

  it.each([
    ['padding where none belongs', phc64, '+/8AAQ=='],
    ['no padding where it belongs', base64, '+/8AAQ'],
    ['unused bits that are set', phc64, '+/8AAR'],
    ['the alphabet of URLs', phc64, '-_8AAQ'],
    ['a blank', base64, '+/8A AQ=='],
    ['a line end', phc64, '+/8AAQ\n'],
    ['a character alone', phc64, 'A'],
  ])('with %s are refused', (_, codec, text) => {
    expect(codec.decode(text)).toBeUndefined()
  })

  it('of hexadecimal are of one case', () => {
    expect(decodeHex('00ff')).toEqual(Buffer.from([0, 255]))
    expect(decodeHex('00FF')).toEqual(Buffer.from([0, 255]))
    expect(decodeHex('00fF')).toBeUndefined()
    expect(decodeHex('00f')).toBeUndefined()
    expect(decodeHex('0x00')).toBeUndefined()
  })
})
