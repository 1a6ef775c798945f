import { describe, expect, it } from 'vitest'
import { somebody } from '../support/app.ts'
import { type RawAnswer, startListener } from './listener.ts'

const { app, host, send } = await startListener()
const ann = await app.registered()

const breaks = [
  '\r\n',
  '\n',
  '\r',
  '%0d%0a',
  '%0a',
  '\u0000',
  '\u010d\u010a',
  '\u560d\u560a',
  '%E5%98%8D%E5%98%8A',
  '\u2028',
  '\u0085',
]

const request = (method: string, target: string, headers: string[] = [], body = '') =>
  [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers, '', body].join(
    '\r\n',
  )

const headOf = ({ text }: RawAnswer) => text.split('\r\n\r\n')[0]

describe('line breaks in what a client sends (CWE-113)', () => {
  it('start no header and no second answer, by a form', async () => {
    for (const text of breaks) {
      const injected = `${text}Set-Cookie: injected=1${text}${text}<injected>`
      for (const field of ['next', 'email', 'password', 'full_name']) {
        const fields = { ...ann, [field]: `/${injected}` }
        const body = new URLSearchParams(fields).toString()
        const headers = [
          'Content-Type: application/x-www-form-urlencoded',
          `Content-Length: ${body.length}`,
        ]
        for (const target of ['/login', '/register']) {
          const answer = await send(request('POST', target, headers, body))
          expect(answer.statuses).toHaveLength(1)
          expect(headOf(answer)).not.toMatch(/[\r\n]set-cookie: injected/i)
          expect(answer.text).not.toContain('<injected>')
        }
      }
    }
  })

  it('start no header by an address', async () => {
    for (const text of breaks) {
      const encoded = encodeURIComponent(`/me${text}Set-Cookie: injected=1`)
      for (const target of [
        `/login?next=${encoded}`,
        `/dashboard?${encoded}`,
        `/${encoded}`,
        `/register?next=${encoded}`,
      ]) {
        const cookie = `Cookie: ${await app.cookieOf(ann)}`
        for (const headers of [[], target.startsWith('/login') ? [cookie] : []]) {
          const answer = await send(request('GET', target, headers))
          expect(answer.statuses).toHaveLength(1)
          expect(headOf(answer)).not.toMatch(/[\r\n]set-cookie: injected/i)
        }
      }
    }
  })

  it('are refused in a name and in an address, so that no mail and no log can be forged later', async () => {
    for (const text of ['\r\n', '\n', '\r', '\u0000', '\u2028', '\u0085', '\u001b[2J']) {
      const injected = `Ann${text}Bcc: victim@mail.test.example`
      expect((await app.postJson('/register', { ...somebody(), full_name: injected })).status).toBe(
        422,
      )
      const email = `ann${text}@mail.test.example`
      expect((await app.postJson('/register', { ...somebody(), email })).status).toBe(422)
    }
  })

  it('leave every log entry one line of JSON', () => {
    expect(app.lines.length).toBeGreaterThan(100)
    for (const line of app.lines) {
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
      expect(line).not.toContain('injected')
    }
  })
})
