import { describe, expect, it } from 'vitest'
import { fixedHeaders } from '../support/app.ts'
import { type RawAnswer, startListener } from './listener.ts'

const { app, host, send } = await startListener()
const ann = await app.registered()
const cookie = await app.cookieOf(ann)

const get = (target: string, headers: readonly string[]) =>
  send([`GET ${target} HTTP/1.1`, 'Connection: close', ...headers, '', ''].join('\r\n'))

/** What a client may keep or follow: all that could carry a poisoned name. */
function expectNoTrace({ text }: RawAnswer): void {
  expect(text).not.toMatch(/evil\.example/i)
  for (const [, location] of text.matchAll(/^location: (.*)\r$/gim)) {
    expect(location).toMatch(/^\/(?!\/)/)
  }
}

describe('a host name of the client’s choice', () => {
  it.each([
    ['another host', ['Host: evil.example']],
    ['another port', ['Host: 127.0.0.1:1']],
    ['an address with a user', [`Host: ${host}@evil.example`]],
    ['a path', ['Host: evil.example/x?y=']],
    ['a fragment', ['Host: evil.example#']],
    ['a blank', ['Host: evil.example x']],
    ['nothing', ['Host:']],
    ['a broken address', ['Host: [::']],
    [
      'forwarded names',
      [`Host: ${host}`, 'X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example'],
    ],
  ])('shapes no link, no redirect and no cookie: %s', async (_what, headers) => {
    for (const target of ['/', '/dashboard?a=1', '/login', '/login?next=/me', '/register']) {
      for (const more of [[], [`Cookie: ${cookie}`]]) {
        expectNoTrace(await get(target, [...headers, ...more]))
      }
    }
    const body = JSON.stringify(ann)
    const login = await send(
      [
        'POST /login HTTP/1.1',
        'Connection: close',
        ...headers,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
    )
    expectNoTrace(login)
    expect(login.text).not.toMatch(/set-cookie:[^\r]*domain/i)
  })

  it.each([
    ['http://evil.example/dashboard?a=1'],
    ['https://evil.example/dashboard?a=1'],
    ['http://evil.example@127.0.0.1/dashboard?a=1'],
  ])('in the address of the request shapes nothing either: %s', async (target) => {
    const answer = await get(target, [`Host: ${host}`])
    expectNoTrace(answer)
  })

  it('makes no other site ours: the public address decides, not the name that was asked for', async () => {
    const headers = ['Host: evil.example', 'Origin: http://evil.example', 'Content-Length: 0']
    const text = ['POST /logout HTTP/1.1', 'Connection: close', ...headers, '', ''].join('\r\n')
    expect((await send(text)).statuses).toEqual([403])
  })

  it('that is missing is refused, with the same headers as everything else', async () => {
    const { statuses, text } = await send('GET /login HTTP/1.1\r\n\r\n')
    expect(statuses).toEqual([400])
    for (const name of Object.keys(fixedHeaders)) expect(text.toLowerCase()).toContain(`${name}: `)
  })
})
