import { describe, expect, it } from 'vitest'
import { sameOrigin, startApp } from '../support/app.ts'

const app = await startApp()
const ann = await app.registered()

const json = JSON.stringify({ email: ann.email, password: ann.password })
const form = new URLSearchParams({ email: ann.email, password: ann.password }).toString()
const multipart = `--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n${ann.email}\r\n--b--\r\n`

type Kind = readonly [what: string, type: string | undefined, body: string]

/** What a page of another site can send without asking first, and what it could only try to. */
const kinds: readonly Kind[] = [
  ['a form', 'application/x-www-form-urlencoded', form],
  ['a form with parameters', 'application/x-www-form-urlencoded; charset=utf-8', form],
  ['text', 'text/plain', json],
  ['text that claims to be JSON', 'text/plain;application/json', json],
  ['text with a charset', 'text/plain; charset=application/json', json],
  ['multipart', 'multipart/form-data; boundary=b', multipart],
  ['JSON', 'application/json', json],
  ['nothing', undefined, ''],
  ['an empty type', '', json],
  ['a blob without a type', undefined, json],
]

const foreign: readonly (readonly [string, Record<string, string>])[] = [
  ['null', { origin: 'null' }],
  ['an empty origin', { origin: '' }],
  ['another site', { origin: 'https://evil.example' }],
  ['a suffix domain', { origin: 'http://127.0.0.1:8000.evil.example' }],
  ['a user name like ours', { origin: 'http://127.0.0.1:8000@evil.example' }],
  ['a longer port', { origin: 'http://127.0.0.1:80000' }],
  ['another port', { origin: 'http://127.0.0.1:9000' }],
  ['no port', { origin: 'http://127.0.0.1' }],
  ['another scheme', { origin: 'https://127.0.0.1:8000' }],
  ['upper case', { origin: 'HTTP://127.0.0.1:8000' }],
  ['a trailing slash', { origin: 'http://127.0.0.1:8000/' }],
  ['another spelling of the address', { origin: 'http://127.1:8000' }],
  ['two origins', { origin: 'http://127.0.0.1:8000, https://evil.example' }],
  ['cross-site', { 'sec-fetch-site': 'cross-site' }],
  ['same-site', { 'sec-fetch-site': 'same-site' }],
  ['an unknown relation', { 'sec-fetch-site': 'Same-Origin' }],
  ['our origin, and cross-site', { origin: app.origin, 'sec-fetch-site': 'cross-site' }],
  ['another origin, and same-origin', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
  ['another origin, and none', { origin: 'null', 'sec-fetch-site': 'none' }],
]

describe('a request from elsewhere that would act by cookie', () => {
  it.each(foreign)('is refused whatever its body is: origin %s', async (_from, origin) => {
    const cookie = await app.cookieOf(ann)
    for (const [what, type, body] of kinds) {
      for (const path of ['/logout', '/login', '/register']) {
        const headers = { cookie, ...origin, ...(type !== undefined && { 'content-type': type }) }
        const bytes = new TextEncoder().encode(body)
        const response = await app.request('POST', path, headers, bytes)
        expect(response.status, `${what} to ${path}`).toBe(403)
        expect(response.headers.getSetCookie()).toEqual([])
        expect(response.headers.get('clear-site-data')).toBeNull()
      }
    }
    expect(await app.meStatus({ cookie })).toBe(200)
  })
})

describe('a body that is neither JSON nor a form', () => {
  it.each([
    'text/plain',
    'text/plain;application/json',
    'text/plain; charset=application/json',
    'multipart/form-data; boundary=b',
    'text/html',
    'application/xml',
    'application/json-patch+json',
    'application/problem+json',
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'application/json; boundary=b',
    'application/json\u00a0',
    'application/jsonp',
    'application/x-www-form-urlencoded; charset=iso-8859-1',
    'application/x-www-form-urlencodedx',
    '*/*',
    'json',
  ])('is refused even from our own origin: %s', async (type) => {
    const cookie = await app.cookieOf(ann)
    for (const body of [json, form]) {
      for (const path of ['/login', '/register', '/logout']) {
        const headers = { cookie, ...sameOrigin(app), 'content-type': type }
        const response = await app.request('POST', path, headers, body)
        expect(response.status).toBe(415)
        expect(response.headers.getSetCookie()).toEqual([])
      }
    }
    expect(await app.meStatus({ cookie })).toBe(200)
  })

  it('is refused without a type', async () => {
    const bytes = new TextEncoder().encode(json)
    expect((await app.request('POST', '/login', sameOrigin(app), bytes)).status).toBe(415)
  })

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('while JSON is JSON: %s', async (type) => {
    const headers = { 'content-type': type }
    expect((await app.request('POST', '/login', headers, json)).status).toBe(200)
  })
})

describe('changes by other means than POST', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    '%s ends no session',
    async (method) => {
      const cookie = await app.cookieOf(ann)
      const response = await app.request(method, '/logout', { cookie })
      expect(response.status).toBe(405)
      expect(await app.meStatus({ cookie })).toBe(200)
    },
  )

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    '%s turns no GET into a POST and no POST into something else',
    async (name) => {
      const cookie = await app.cookieOf(ann)
      await app.get('/logout', { cookie, [name]: 'POST' })
      await app.get('/login', { cookie, [name]: 'POST' })
      const posted = await app.postForm('/logout?_method=DELETE', '_method=GET', {
        cookie,
        [name]: 'GET',
      })
      expect(posted.status).toBe(403)
      expect(await app.meStatus({ cookie })).toBe(200)
    },
  )

  it('no other site is given leave to read or to send anything', async () => {
    for (const origin of ['https://evil.example', 'null', app.origin]) {
      const preflight = await app.request('OPTIONS', '/login', {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      })
      expect(preflight.status).toBe(405)
      const read = await app.get('/me', { origin, cookie: await app.cookieOf(ann) })
      for (const response of [preflight, read]) {
        const names = [...response.headers.keys()]
        expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([])
      }
    }
  })
})
