import { describe, expect, it } from 'vitest'
import { maxBodyBytes, readBody } from './body.ts'

function read(body: string | Uint8Array | null, type?: string, more: Record<string, string> = {}) {
  const headers = { ...(type !== undefined && { 'content-type': type }), ...more }
  const request = new Request('http://localhost/', { method: 'POST', body, headers })
  if (type === undefined) request.headers.delete('content-type')
  return readBody(request)
}

const json = 'application/json'
const form = 'application/x-www-form-urlencoded'

describe('body', () => {
  it.each([
    json,
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('is JSON from a program: %s', async (type) => {
    expect(await read('{"a":1}', type)).toEqual({ from: 'program', value: { a: 1 } })
  })

  it('is a form from a page', async () => {
    expect(await read('a=1&b=+%C3%A9', form)).toEqual({ from: 'page', value: { a: '1', b: ' é' } })
  })

  it('may be missing', async () => {
    expect(await read(null)).toEqual({ from: 'program', value: {} })
  })

  it.each([
    'text/plain',
    'text/plain;application/json',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8; x=y',
    'application/jsonx',
    'application/xml',
    'x',
    '',
  ])('of any other type is refused: %j', async (type) => {
    expect(await read('{"a":1}', type)).toBe('unsupported_media_type')
  })

  it('without a type must be empty', async () => {
    expect(await read(new Uint8Array([123, 125]))).toBe('unsupported_media_type')
  })

  it('is never unpacked', async () => {
    expect(await read('{}', json, { 'content-encoding': 'gzip' })).toBe('unsupported_media_type')
  })

  it('ends at the bound, whatever was announced', async () => {
    const fits = JSON.stringify('x'.repeat(maxBodyBytes - 2))
    expect(await read(fits, json)).toHaveProperty('from', 'program')
    expect(await read(`${fits} `, json)).toBe('body_too_large')
    const endless = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(1024)) })
    const request = new Request('http://localhost/', {
      method: 'POST',
      body: endless,
      headers: { 'content-type': json, 'content-length': '2' },
      duplex: 'half',
    } as RequestInit)
    expect(await readBody(request)).toBe('body_too_large')
  })

  it.each([
    ['{', 'malformed_json'],
    ['\uFEFF{}', 'malformed_json'],
    ['', 'malformed_json'],
    ['{"a":1,"a":2}', 'duplicate_name'],
    ['{"__proto__":1}', 'forbidden_name'],
    [`${'['.repeat(9)}${']'.repeat(9)}`, 'too_deep'],
    [new Uint8Array([34, 0xff, 34]), 'bad_encoding'],
  ])('of JSON is refused when it is not plain: %j', async (text, problem) => {
    expect(await read(text, json)).toBe(problem)
  })

  it('of a client that goes away in the middle is a bad request, not a fault', async () => {
    const broken = new ReadableStream({ pull: (stream) => stream.error(new Error('aborted')) })
    const headers = { 'content-type': json }
    const options = { method: 'POST', body: broken, headers, duplex: 'half' } as RequestInit
    expect(await readBody(new Request('http://localhost/', options))).toBe('bad_request')
  })
})
