import { describe, expect, it } from 'vitest'
import { jsonOf, startApp } from '../support/app.ts'
import { startListener } from './listener.ts'

const app = await startApp()
const { app: served, host, send } = await startListener()
const ann = await served.registered()

describe('a parameter that is given twice', () => {
  it.each([
    '/login?next=/a&next=/b',
    '/login?next=/a&%6eext=/b',
    '/login?notice=registered&notice=x',
    '/register?next=&next=',
    '/me?a=1&a=1',
    '/dashboard?a&a',
    '/?a=1&b=2&a=3',
  ])('is refused in the query: %s', async (path) => {
    const response = await app.get(path)
    expect(response.status).toBe(400)
    const program = await app.get('/me?a=1&a=1')
    expect(await jsonOf(program)).toMatchObject({ code: 'duplicate_parameter' })
  })

  it.each(['email=a&email=b', 'csrf_token=a&csrf_token=b', 'email=a&x=1&x=2', 'next=/&next=/'])(
    'is refused in a form: %s',
    async (text) => {
      for (const path of ['/login', '/register', '/logout']) {
        expect((await app.postForm(path, text)).status).toBe(400)
      }
    },
  )

  it('is taken literally when brackets, dots or semicolons pretend to be structure', async () => {
    const text = 'email[]=a&email[0]=b&email.x=c&password;email=d'
    const response = await app.postForm('/login', text)
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('E-mail address is required')
  })
})

const post = (...headers: string[]) =>
  [
    'POST /login HTTP/1.1',
    'Connection: close',
    ...headers,
    `Content-Length: ${json.length}`,
    '',
    json,
  ].join('\r\n')
const json = JSON.stringify({ email: ann.email, password: ann.password })
const type = 'Content-Type: application/json'

describe('a header that is given twice, over a real connection', () => {
  it('is not needed: once is enough', async () => {
    expect((await send(post(`Host: ${host}`, type))).statuses).toEqual([200])
  })

  it.each([
    ['Host', ['Host: evil.example']],
    ['Content-Type', ['Content-Type: text/plain']],
    ['Content-Type, the same twice', [type]],
    ['Origin', [`Origin: http://${host}`, 'Origin: https://evil.example']],
    ['Sec-Fetch-Site', ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site']],
    ['Authorization', ['Authorization: Bearer a', 'Authorization: Bearer b']],
    ['Content-Encoding', ['Content-Encoding: identity', 'Content-Encoding: gzip']],
    ['in another case', ['ORIGIN: null', `origin: http://${host}`]],
  ])('is refused: %s', async (_name, more) => {
    const answer = await send(post(`Host: ${host}`, type, ...more))
    expect(answer.statuses).toEqual([400])
    expect(answer.text.toLowerCase()).not.toContain('set-cookie')
    expect(answer.text).toContain('content-security-policy')
  })

  it('makes nobody of two session cookies in two headers', async () => {
    const cookie = await served.cookieOf(ann)
    const one = ['GET /me HTTP/1.1', `Host: ${host}`, 'Connection: close', `Cookie: ${cookie}`]
    expect((await send([...one, '', ''].join('\r\n'))).statuses).toEqual([200])
    const two = [...one, `Cookie: ${cookie}`, '', ''].join('\r\n')
    expect((await send(two)).statuses).toEqual([401])
  })

  it('lets no second form token make up for a wrong one', async () => {
    const cookie = await served.cookieOf(ann)
    const token = await served.formTokenOf(cookie)
    const answer = await send(
      [
        'POST /logout HTTP/1.1',
        `Host: ${host}`,
        'Connection: close',
        `Cookie: ${cookie}`,
        'Content-Type: application/x-www-form-urlencoded',
        'X-CSRF-Token: wrong',
        `X-CSRF-Token: ${token}`,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    )
    expect(answer.statuses).toEqual([403])
    expect(await served.meStatus({ cookie })).toBe(200)
  })
})
