import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { asForm, asJson, fixedHeaders, jsonOf, sameOrigin, startApp } from '../support/app.ts'

const app = await startApp()
const ann = await app.registered()
const limit = 16 * 1024

async function codeOf(response: Response): Promise<string> {
  expect(Object.fromEntries(response.headers)).toMatchObject(fixedHeaders)
  return `${response.status} ${(await jsonOf(response))['code']}`
}

const padded = (size: number) => JSON.stringify(ann).padEnd(size)

/** Time on the processor, hashing threads included: the same on a busy machine. */
function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

/** A body whose length nobody has promised. */
function streamed(parts: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const bytes = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))
  return ReadableStream.from(bytes)
}

describe('a body that is too much', () => {
  it('is refused beyond 16 KiB and taken up to it', async () => {
    expect((await app.postJson('/login', padded(limit))).status).toBe(200)
    expect(await codeOf(await app.postJson('/login', padded(limit + 1)))).toBe('413 body_too_large')
  })

  it('is refused for a password of a megabyte, before anything is hashed', async () => {
    const password = 'p'.repeat(1_000_000)
    const start = process.cpuUsage()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => app.postJson('/login', { ...ann, password })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([413]))
    expect(secondsSince(start)).toBeLessThan(2)
  })

  it('is refused while it comes, when no length was promised', async () => {
    const sent = { chunks: 0 }
    const long = ReadableStream.from(
      (async function* () {
        for (; sent.chunks < 1000; sent.chunks += 1) yield Buffer.alloc(1024, 0x20)
      })(),
    )
    const response = await app.request('POST', '/login', asJson, long)
    expect(await codeOf(response)).toBe('413 body_too_large')
    expect(sent.chunks).toBeLessThan(32)
  })

  it('is refused for a promised length, before anything is read', async () => {
    const headers = { ...asJson, 'content-length': '1000000000' }
    expect(await codeOf(await app.request('POST', '/login', headers, '{}'))).toBe(
      '413 body_too_large',
    )
  })

  it('is refused for more than a hundred fields, in a form and in the query', async () => {
    const many = Array.from({ length: 1000 }, (_, at) => `a${at}=1`).join('&')
    expect((await app.postForm('/login', many)).status).toBe(400)
    expect((await app.get(`/me?${many}`)).status).toBe(400)
    const tenThousand = Array.from({ length: 10_000 }, (_, at) => `a${at}=1`).join('&')
    expect((await app.postForm('/login', tenThousand)).status).toBe(413)
  })

  it.each([
    ['arrays', '['.repeat(8000) + ']'.repeat(8000)],
    ['objects', `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`],
    ['nine levels', '[[[[[[[[[1]]]]]]]]]'],
    ['depth inside a field', `{"email":${'['.repeat(9)}${']'.repeat(9)}}`],
  ])('is refused for deep nesting: %s', async (_what, text) => {
    expect(await codeOf(await app.postJson('/login', text))).toBe('400 too_deep')
  })
})

describe('a compressed body', () => {
  it.each(['gzip', 'br', 'deflate', 'zstd', 'identity', 'x-unknown', 'gzip, gzip'])(
    'is refused and never unpacked: %s',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(4_000_000, 0x20))
      expect(bomb.byteLength).toBeLessThan(limit)
      const headers = { ...asJson, 'content-encoding': encoding }
      const response = await app.request('POST', '/login', headers, new Uint8Array(bomb))
      expect(await codeOf(response)).toBe('415 unsupported_media_type')
    },
  )
})

describe('a body that could be read in two ways', () => {
  it.each([
    ['a repeated name', '{"email":"a","email":"b","password":"p"}', 'duplicate_name'],
    ['a name repeated by an escape', '{"email":"a","\\u0065mail":"b"}', 'duplicate_name'],
    ['a repeated name further in', '{"a":[{"b":1,"b":2}]}', 'duplicate_name'],
    ['__proto__', '{"__proto__":{"status":"admin"}}', 'forbidden_name'],
    ['an escaped __proto__', '{"\\u005f_proto__":1}', 'forbidden_name'],
    ['constructor', '{"constructor":{"prototype":{"x":1}}}', 'forbidden_name'],
    ['__proto__ further in', '{"a":{"__proto__":1}}', 'forbidden_name'],
    ['a comment', '{"email":"a"/* */}', 'malformed_json'],
    ['a trailing comma', '{"email":"a",}', 'malformed_json'],
    ['two documents', '{}{}', 'malformed_json'],
    ['NaN', '{"email":NaN}', 'malformed_json'],
    ['single quotes', "{'email':'a'}", 'malformed_json'],
    ['a byte order mark', '\ufeff{}', 'malformed_json'],
    ['a control character', '{"email":"a\u0000"}', 'malformed_json'],
    ['nothing', '', 'malformed_json'],
    ['a form as JSON', 'email=a&password=b', 'malformed_json'],
  ])('is refused as JSON: %s', async (_what, text, code) => {
    for (const path of ['/login', '/register', '/logout']) {
      expect(await codeOf(await app.postJson(path, text))).toBe(`400 ${code}`)
    }
  })

  it.each([
    ['a repeated name', 'email=a&email=b', 'duplicate_parameter'],
    ['a name repeated by an escape', 'email=a&%65mail=b', 'duplicate_parameter'],
    ['__proto__', '__proto__=x', 'forbidden_name'],
    ['broken escapes', 'email=%zz', 'bad_encoding'],
    ['half an escape', 'email=%4', 'bad_encoding'],
    ['an escaped byte that is no UTF-8', 'email=%ff', 'bad_encoding'],
    ['an overlong escape', 'email=%c0%af', 'bad_encoding'],
    ['an escaped surrogate', 'email=%ed%a0%80', 'bad_encoding'],
  ])('is refused as a form: %s', async (_what, text, code) => {
    expect(await codeOf(await app.postForm('/login', text))).toBe(`400 ${code}`)
  })

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['half a character', [0xe2, 0x82]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00]],
  ])('is refused when it is not UTF-8: %s', async (_what, bytes) => {
    for (const [type, before, after] of [
      [asJson, '{"email":"', '"}'],
      [asForm, 'email=', ''],
    ] as const) {
      const body = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)])
      const headers = { ...type, ...sameOrigin(app) }
      const response = await app.request('POST', '/login', headers, new Uint8Array(body))
      expect(await codeOf(response)).toBe('400 bad_encoding')
    }
  })

  it('is whole again when a character was split between two chunks', async () => {
    const person = await app.registered({ password: 'grüße aus dem hafen' })
    const bytes = Buffer.from(JSON.stringify(person))
    const middle = bytes.indexOf(0xc3) + 1
    const body = streamed([bytes.subarray(0, middle), bytes.subarray(middle)])
    expect((await app.request('POST', '/login', asJson, body)).status).toBe(200)
  })
})

const wrong: readonly unknown[] = [null, true, 0, -1, 1e308, [], ['a'], {}, { a: 1 }, [[]]]

describe('a value of the wrong type', () => {
  it.each(['null', 'true', '0', '"text"', '[]', '[{"email":"a"}]', '1e400'])(
    'instead of the whole body is named and nothing else happens: %s',
    async (text) => {
      for (const path of ['/login', '/register']) {
        const response = await app.postJson(path, text)
        expect(response.status).toBe(422)
        expect((await jsonOf(response))['errors']).toMatchObject([
          { field: 'body', rule: 'wrong_type' },
        ])
      }
    },
  )

  it.each([
    ['/login', 'email'],
    ['/login', 'password'],
    ['/login', 'transport'],
    ['/login', 'next'],
    ['/register', 'email'],
    ['/register', 'full_name'],
    ['/register', 'password'],
    ['/register', 'next'],
  ])('is named, %s %s, and never shown', async (path, field) => {
    for (const value of wrong) {
      const response = await app.postJson(path, { ...ann, [field]: value })
      expect(response.status, JSON.stringify(value)).toBe(422)
      const { errors } = await jsonOf(response)
      expect(errors).toHaveLength(1)
      expect(errors[0]).toMatchObject({
        field,
        rule: expect.stringMatching(/wrong_type|not_allowed/),
      })
    }
  })

  it.each(['Cookie', 'tokens', '', 'cookie ', 'cookie,bearer', 'toString', '__proto__'])(
    'is a transport that there is not: %j',
    async (transport) => {
      const response = await app.postJson('/login', { ...ann, transport })
      expect(response.status).toBe(422)
      expect(response.headers.getSetCookie()).toEqual([])
    },
  )
})

/** Texts that have broken validators, databases, terminals and templates before. */
const naughty = [
  'undefined',
  'null',
  'NaN',
  '0',
  '-1',
  '1/0',
  '{}',
  '[]',
  '\\',
  '"',
  "'",
  '`',
  '<!--',
  '-->',
  '%',
  '%s%s%s%n',
  '%00',
  '\u0000',
  '\u0007',
  '\u001b[31m',
  '\r\nX: y',
  '\u2028',
  '\u2029',
  '\u202e',
  '\ufeff',
  '\ufffe',
  '\uffff',
  '\ud800',
  '\udfff\ud800',
  '👩‍👩‍👧‍👦',
  '\u200b',
  'ﷺ'.repeat(300),
  'e\u0301'.repeat(300),
  'Z\u0300\u0301\u0302\u0303'.repeat(50),
  '../../etc/passwd',
  'CON',
  'file:///etc/passwd',
  '$(id)',
  '#{7*7}',
  '{{7*7}}',
  '<%= 7 %>',
  "' or 1=1 --",
  '"; drop table accounts; --',
  '*)(uid=*',
  '@'.repeat(5000),
  'a'.repeat(15_000),
  `${'a@'.repeat(3000)}b.example`,
  `${'.'.repeat(5000)}@b.example`,
  `a@${'b.'.repeat(4000)}example`,
  'xn--'.repeat(1000),
]

describe('a naughty text', () => {
  it.each(['email', 'full_name', 'password', 'next'])(
    'in %s never breaks the server, and takes no time',
    async (field) => {
      for (const text of naughty) {
        for (const path of ['/login', '/register']) {
          // Refused for its address at the latest, so that no hash is waited for in vain.
          const fields = { ...ann, email: 'nope', [field]: text }
          const start = process.cpuUsage()
          const program = await app.postJson(path, fields)
          const person = await app.postForm(path, { ...fields, [field]: text.toWellFormed() })
          expect(program.status, text.slice(0, 40)).toBeLessThan(500)
          expect(person.status, text.slice(0, 40)).toBeLessThan(500)
          expect(secondsSince(start), text.slice(0, 40)).toBeLessThan(1)
        }
      }
    },
  )
})
