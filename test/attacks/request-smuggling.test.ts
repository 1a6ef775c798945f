import { describe, expect, it } from 'vitest'
import { fixedHeaders } from '../support/app.ts'
import { type RawAnswer, startListener } from './listener.ts'

const { host, send } = await startListener()
const smuggled = `GET /me HTTP/1.1\r\nHost: ${host}\r\n\r\n`

function expectFixedHeaders({ text }: RawAnswer): void {
  for (const name of Object.keys(fixedHeaders)) expect(text.toLowerCase()).toContain(`${name}: `)
}

const post = (...lines: string[]) =>
  ['POST /login HTTP/1.1', `Host: ${host}`, ...lines].join('\r\n')
const get = (...lines: string[]) => ['GET /login HTTP/1.1', `Host: ${host}`, ...lines].join('\r\n')

describe('a request that two readers could cut differently (CWE-444)', () => {
  it.each([
    [
      'both length and chunks',
      post('Content-Length: 6', 'Transfer-Encoding: chunked', '', `0\r\n\r\n${smuggled}`),
    ],
    [
      'chunks and length',
      post('Transfer-Encoding: chunked', 'Content-Length: 6', '', `0\r\n\r\n${smuggled}`),
    ],
    ['two lengths', post('Content-Length: 6', 'Content-Length: 5', '', `000000${smuggled}`)],
    ['two equal lengths', post('Content-Length: 2', 'Content-Length: 2', '', `{}${smuggled}`)],
    ['a list of lengths', post('Content-Length: 2, 2', '', `{}${smuggled}`)],
    ['a signed length', post('Content-Length: +2', '', `{}${smuggled}`)],
    ['a negative length', post('Content-Length: -2', '', `{}${smuggled}`)],
    ['a hexadecimal length', post('Content-Length: 0x2', '', `{}${smuggled}`)],
    ['an endless length', post(`Content-Length: ${'9'.repeat(30)}`, '', `{}${smuggled}`)],
    ['an unknown coding', post('Transfer-Encoding: xchunked', '', `0\r\n\r\n${smuggled}`)],
    [
      'chunks that are not last',
      post('Transfer-Encoding: chunked, identity', '', `0\r\n\r\n${smuggled}`),
    ],
    [
      'two codings',
      post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity', '', `0\r\n\r\n${smuggled}`),
    ],
    [
      'a coding behind a vertical tab',
      post('Transfer-Encoding:\u000bchunked', '', `0\r\n\r\n${smuggled}`),
    ],
    ['a blank before the colon', post('Content-Length : 2', '', `{}${smuggled}`)],
    [
      'a coding with a blank before the colon',
      post('Transfer-Encoding : chunked', '', `0\r\n\r\n${smuggled}`),
    ],
    ['a blank in a header name', get('X Header: a', '', '')],
    ['a header without a name', get(': a', '', '')],
    ['a header without a colon', get('Transfer-Encoding chunked', '', '')],
    ['a folded header', get('X-Header: a', ' Content-Length: 5', '', '')],
    ['a header that starts with a blank', `GET /login HTTP/1.1\r\n Host: ${host}\r\n\r\n`],
    ['lines that end in LF alone', `GET /login HTTP/1.1\nHost: ${host}\n\n`],
    ['one line that ends in LF alone', get('X-Header: a\nX-Other: b', '', '')],
    ['a lone CR', get('X-Header: a\rContent-Length: 5', '', '')],
    ['a NUL', get('X-Header: a\u0000b', '', '')],
    [
      'a chunk size with 0x',
      post('Transfer-Encoding: chunked', '', `0x2\r\n{}\r\n0\r\n\r\n${smuggled}`),
    ],
    [
      'a chunk size beyond all bounds',
      post('Transfer-Encoding: chunked', '', `fffffffffffffffff\r\n{}\r\n0\r\n\r\n${smuggled}`),
    ],
    [
      'a chunk size with a sign',
      post('Transfer-Encoding: chunked', '', `-2\r\n{}\r\n0\r\n\r\n${smuggled}`),
    ],
    [
      'chunks that end in LF alone',
      post('Transfer-Encoding: chunked', '', `2\n{}\n0\n\n${smuggled}`),
    ],
    ['a version that there is not', `GET /login HTTP/3.7\r\nHost: ${host}\r\n\r\n${smuggled}`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['no HTTP at all', `\u0016\u0003\u0001\u0002\u0000\u0001\u0000${smuggled}`],
  ])('is refused, once, and the connection ends: %s', async (_what, text) => {
    const answer = await send(text)
    expect(answer.statuses).toEqual([400])
    expect(answer.closed).toBe(true)
    expectFixedHeaders(answer)
    expect(answer.text).toContain('"code":"bad_request"')
  })

  it.each([
    ['a header', get(`X-Header: ${'a'.repeat(20_000)}`, '', '')],
    ['an address', `GET /login?${'a'.repeat(20_000)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
    ['many headers', get(...Array.from({ length: 3000 }, (_, at) => `X-${at}: a`), '', '')],
  ])('is refused when it is too large: %s', async (_what, text) => {
    const answer = await send(text)
    expect(answer.statuses).toEqual([431])
    expect(answer.closed).toBe(true)
    expectFixedHeaders(answer)
  })
})

describe('a second request inside the body of a first', () => {
  it.each([
    ['of a GET', get(`Content-Length: ${smuggled.length}`, 'Connection: close', '', smuggled)],
    [
      'of a refused POST',
      post(
        'Content-Type: text/plain',
        `Content-Length: ${smuggled.length}`,
        'Connection: close',
        '',
        smuggled,
      ),
    ],
    [
      'of an unknown address',
      `POST /nothing HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${smuggled.length}\r\nConnection: close\r\n\r\n${smuggled}`,
    ],
  ])('is never run: %s', async (_where, text) => {
    expect((await send(text)).statuses).toHaveLength(1)
  })

  it('does not follow a body that was too large to be read', async () => {
    const filler = smuggled.repeat(4000)
    const text = post(
      'Content-Type: application/json',
      `Content-Length: ${filler.length}`,
      '',
      filler,
    )
    const { statuses } = await send(
      `${text}GET /nothing HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    )
    expect(statuses[0]).toBe(413)
    // Either the connection ended, or what follows is the request behind the body: never one inside it.
    expect([[], [404]]).toContainEqual(statuses.slice(1))
  })
})

describe('an expectation that nobody can meet', () => {
  it('is refused with the same headers as everything else', async () => {
    const answer = await send(
      post('Expect: a-miracle', 'Content-Length: 0', 'Connection: close', '', ''),
    )
    expect(answer.statuses[0]).toBeGreaterThanOrEqual(400)
    expectFixedHeaders(answer)
  })
})
