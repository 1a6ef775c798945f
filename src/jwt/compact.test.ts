import { describe, expect, it } from 'vitest'
import { maxTokenLength, readCompact, readJsonObject } from './compact.ts'

const encode = (text: string | Uint8Array) => Buffer.from(text).toString('base64url')
const read = (text: string | Uint8Array) => readJsonObject(encode(text))
const header = encode('{"alg":"HS256"}')
const payload = encode('{"a":1}')
const signature = encode(new Uint8Array(32))
const token = `${header}.${payload}.${signature}`

it('takes a token apart, and keeps what was signed as it stands', () => {
  expect(readCompact(token)).toEqual({
    header: { alg: 'HS256' },
    input: `${header}.${payload}`,
    isSupported: true,
    payload,
    signature,
  })
})

describe('refuses anything but the one form:', () => {
  it.each([
    ['a blank in front', ` ${token}`],
    ['a blank behind', `${token} `],
    ['a line end behind', `${token}\n`],
    ['a line end of Windows', `${token}\r\n`],
    ['a tab', `${header}.\t${payload}.${signature}`],
    ['a blank within', `${header}. ${payload}.${signature}`],
    ['a NUL', `${token}\0`],
    ['a BOM', `\ufeff${token}`],
    ['padding', `${header}.${encode('{"a":12}')}=.${signature}`],
    ['padding of the signature', `${token}=`],
    ['the alphabet of plain base64', `${header}.${payload}.+/${signature.slice(2)}`],
    ['percent signs', `${header}%2E${payload}.${signature}`],
    ['full-width letters', `${header}.${payload}.Ａ${signature.slice(1)}`],
    ['a dot in front', `.${token}`],
    ['a dot behind', `${token}.`],
    ['one segment', header],
    ['two segments', `${header}.${payload}`],
    ['four segments', `${token}.${signature}`],
    ['five segments, as JWE has them', `${token}.${payload}.${signature}`],
    ['no header', `.${payload}.${signature}`],
    ['no payload, as when it is detached', `${header}..${signature}`],
    ['no signature', `${header}.${payload}.`],
    ['nothing', ''],
    ['dots alone', '..'],
    ['the JSON form of JWS', JSON.stringify({ payload, protected: header, signature })],
    ['the name of the scheme', `Bearer ${token}`],
    ['one character of a group of four', `${header}.${payload}.${signature}AA`],
  ])('%s', (_, text) => {
    expect(readCompact(text)).toBeUndefined()
  })

  it.each([
    undefined,
    null,
    true,
    5,
    10n,
    Symbol('token'),
    () => token,
    [token],
    { toString: () => token },
    new String(token),
    Buffer.from(token),
    new URL('https://example.com'),
  ])('what is no text (%#)', (value) => {
    expect(readCompact(value)).toBeUndefined()
  })

  it('unused bits that are set, in each segment', () => {
    const spare = encode('{"alg":"HS256" }')
    expect(readCompact(`${spare}.${payload}.${signature}`)).toBeDefined()
    for (const [segment, at] of [
      [spare, 0],
      [payload, 1],
      [signature, 2],
    ] as const) {
      const segments = [spare, payload, signature]
      const last = String.fromCharCode(segment.charCodeAt(segment.length - 1) + 1)
      segments[at] = segment.slice(0, -1) + last
      expect(Buffer.from(segments[at], 'base64url')).toEqual(Buffer.from(segment, 'base64url'))
      expect(readCompact(segments.join('.')), `segment ${at}`).toBeUndefined()
    }
  })
})

it('reads 16 KiB and not a character more', () => {
  const filled = (length: number) => {
    const free = length - header.length - payload.length - 2
    return `${header}.${payload}.${'A'.repeat(free)}`
  }
  const whole = filled(maxTokenLength)
  expect(whole).toHaveLength(16_384)
  expect(readCompact(whole)).toBeDefined()
  expect(readCompact(filled(maxTokenLength + 1))).toBeUndefined()
  expect(readCompact('A'.repeat(10_000_000))).toBeUndefined()
})

it('remembers headers, but never more than a few and never a wrong one', () => {
  for (let count = 0; count < 1000; count += 1) {
    const other = encode(JSON.stringify({ alg: 'HS256', kid: `${count}` }))
    const read = readCompact(`${other}.${payload}.${signature}`)
    expect(read?.header).toEqual({ alg: 'HS256', kid: `${count}` })
    expect(readCompact(token)?.header).toEqual({ alg: 'HS256' })
  }
})

describe('JSON', () => {
  const nested = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`
  const long = `"b":"${'x'.repeat(3000)}"`

  it('is an object with each name once', () => {
    expect(read('{"a":{"b":[1,"ü",null]}}')).toEqual({ a: { b: [1, 'ü', null] } })
    expect(read('{}')).toEqual({})
    expect(read(' {\n"a" : 1e2 }')).toEqual({ a: 100 })
  })

  it.each([
    ['an array', '[]'],
    ['a text', '"a"'],
    ['a number', '1'],
    ['null', 'null'],
    ['nothing', ' '],
    ['an end that is missing', '{"a":1'],
    ['something behind', '{"a":1}{}'],
    ['a comment', '{"a":1/**/}'],
    ['a comma too many', '{"a":1,}'],
    ['names without quotes', '{a:1}'],
    ['NaN', '{"a":NaN}'],
    ['a BOM', '\ufeff{"a":1}'],
    ['a NUL behind', '{"a":1}\0'],
    ['a name twice', '{"a":1,"a":1}'],
    ['a name twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a name twice, further down', '{"b":[{"a":1,"a":2}]}'],
    ['a name twice, in a long text', `{"a":1,${long},"a":2}`],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__, escaped', '{"\\u005f_proto__":{"admin":true}}'],
    ['constructor', '{"a":{"constructor":{}}}'],
    ['prototype', '{"prototype":1}'],
    ['33 levels', nested(32)],
    ['33 levels, in a long text', `{${long},${nested(32).slice(1)}`],
    ['a thousand levels', nested(1000)],
  ])('is not %s', (_, text) => {
    expect(read(text)).toBeUndefined()
  })

  it('may have 32 levels', () => {
    expect(read(nested(31))).toBeDefined()
    expect(read(`{${long},${nested(31).slice(1)}`)).toBeDefined()
  })

  it.each([
    ['a byte that begins nothing', [0xff]],
    ['a character that is cut off', [0xc3]],
    ['a character that is longer than needed', [0xc0, 0xaf]],
    ['half of a pair', [0xed, 0xa0, 0x80]],
    ['Latin-1', [0xfc]],
  ])('is UTF-8, not %s', (_, bytes) => {
    const text = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')])
    expect(read(text)).toBeUndefined()
  })

  it('is not UTF-16', () => {
    expect(read(Buffer.from('{"a":1}', 'utf16le'))).toBeUndefined()
  })
})
