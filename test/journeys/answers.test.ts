import { describe, expect, it } from 'vitest'
import { asForm, fixedHeaders, jsonOf, somebody, startApp } from '../support/app.ts'

const app = await startApp()
const ann = await app.registered()
const cookie = await app.cookieOf(ann)
const overTls = await startApp({ url: 'https://id.mail.test.example' })
const busy = await startApp({ hashThreads: 1, hashQueue: 1 })

describe('a refusal', () => {
  it('is problem+json that names each field and the rule it breaks, never the value', async () => {
    const given = { email: 'secret-value', full_name: 'Ann Lee', password: 'hidden-one' }
    const response = await app.postJson('/register', given)
    expect(response.status).toBe(422)
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    const text = await response.text()
    expect(text).not.toMatch(/secret-value|hidden-one/)
    const malformed = 'Enter an e-mail address, such as name@example.com'
    const short = 'Password must be at least 12 characters'
    expect(JSON.parse(text)).toEqual({
      type: 'urn:sallyport:problem:invalid_fields',
      title: 'Invalid fields',
      status: 422,
      detail: `${malformed}; ${short}`,
      code: 'invalid_fields',
      request_id: response.headers.get('x-request-id'),
      errors: [
        { field: 'email', rule: 'malformed', message: malformed },
        { field: 'password', rule: 'too_short', message: short },
      ],
    })
  })

  it('names every missing field at once', async () => {
    for (const [path, fields] of [
      ['/register', ['email', 'full_name', 'password']],
      ['/login', ['email', 'password']],
    ] as const) {
      const response = await app.postJson(path, {})
      expect(response.status).toBe(422)
      const { errors } = await jsonOf(response)
      expect(errors).toEqual(
        fields.map((field) => ({
          field,
          rule: 'required',
          message: expect.stringMatching(/ is required$/),
        })),
      )
    }
  })

  it('without a field has no list of fields', async () => {
    const response = await app.postJson('/login', '{')
    expect(await jsonOf(response)).toEqual({
      type: 'urn:sallyport:problem:malformed_json',
      title: 'Malformed JSON',
      status: 400,
      detail: 'The body is not valid JSON.',
      code: 'malformed_json',
      request_id: expect.stringMatching(/^req_/),
    })
  })

  it('is a page for a person and problem+json for a program', async () => {
    const page = await app.get('/nothing', { accept: 'text/html,*/*;q=0.8' })
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await page.text()).toContain('There is nothing at this address.')
    const problem = await app.get('/nothing', { accept: '*/*' })
    expect(await jsonOf(problem)).toMatchObject({ code: 'not_found', status: 404 })
  })

  it('has a reference of its own each time', async () => {
    const ids = new Set<string | null>()
    for (let request = 0; request < 20; request += 1) {
      ids.add((await app.get('/nothing')).headers.get('x-request-id'))
    }
    expect(ids.size).toBe(20)
  })
})

describe('a method that an address does not have', () => {
  it.each([
    ['DELETE', '/login', 'GET, HEAD, POST'],
    ['PUT', '/register', 'GET, HEAD, POST'],
    ['GET', '/logout', 'POST'],
    ['HEAD', '/logout', 'POST'],
    ['POST', '/me', 'GET, HEAD'],
    ['PATCH', '/me', 'GET, HEAD'],
    ['POST', '/dashboard', 'GET, HEAD'],
    ['OPTIONS', '/login', 'GET, HEAD, POST'],
    ['QUERY', '/login', 'GET, HEAD, POST'],
    ['POST', '/', 'GET, HEAD'],
  ])('is refused, %s %s, with what is allowed: %s', async (method, path, allow) => {
    const response = await app.request(method, path, { cookie })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
    expect(await app.meStatus({ cookie })).toBe(200)
  })

  it('leaves HEAD with the headers of GET and no body', async () => {
    for (const path of ['/login', '/me', '/dashboard']) {
      const get = await app.get(path, { cookie })
      const head = await app.request('HEAD', path, { cookie })
      expect(head.status).toBe(get.status)
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
      expect(await head.text()).toBe('')
    }
  })
})

describe('every answer', () => {
  const form = (path: string, headers = {}) => app.postForm(path, { email: 'x' }, headers)
  const cases: [number, string, () => Promise<Response>][] = [
    [200, 'a page', () => app.get('/login')],
    [200, 'a personal page', () => app.get('/dashboard', { cookie })],
    [200, 'facts about a person', () => app.get('/me', { cookie })],
    [200, 'a sign-in', () => app.postJson('/login', ann)],
    [200, 'a sign-out', () => app.postJson('/logout', {})],
    [201, 'a registration', () => app.postJson('/register', somebody())],
    [303, 'a redirect', () => app.get('/')],
    [303, 'a sign-in by form', () => app.postForm('/login', { ...ann })],
    [400, 'malformed JSON', () => app.postJson('/login', '{')],
    [400, 'a taken address', () => app.postJson('/register', ann)],
    [400, 'a repeated parameter', () => app.get('/login?a=1&a=2')],
    [401, 'nobody', () => app.get('/me')],
    [401, 'wrong credentials', () => app.postJson('/login', { ...ann, password: 'x' })],
    [403, 'another site', () => form('/login', { origin: 'https://evil.example' })],
    [403, 'a form without its token', () => app.postForm('/logout', {}, { cookie })],
    [404, 'an unknown address', () => app.get('/nothing')],
    [405, 'an unknown method', () => app.request('DELETE', '/login')],
    [413, 'a large body', () => app.postJson('/login', ' '.repeat(20_000))],
    [415, 'an unknown type', () => app.request('POST', '/login', {}, 'text')],
    [422, 'a form with problems', () => form('/register')],
    [422, 'fields with problems', () => app.postJson('/login', {})],
  ]

  it.each(cases)(
    '%i for %s carries the fixed headers and is not stored',
    async (status, _what, ask) => {
      const response = await ask()
      expect(response.status).toBe(status)
      expect(Object.fromEntries(response.headers)).toMatchObject(fixedHeaders)
      expect(response.headers.get('strict-transport-security')).toBeNull()
      expect(response.headers.get('server')).toBeNull()
      expect(response.headers.get('x-powered-by')).toBeNull()
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
      if (response.body) {
        expect(response.headers.get('content-type')).toMatch(
          /^(application\/(problem\+)?json|text\/html); charset=utf-8$/,
        )
      }
    },
  )

  it('503 for a full queue carries them too, and when to come back', async () => {
    const logins = Array.from({ length: 20 }, () => busy.postJson('/login', ann))
    const refused = (await Promise.all(logins)).filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(0)
    for (const response of refused) {
      expect(Object.fromEntries(response.headers)).toMatchObject(fixedHeaders)
      expect(response.headers.get('retry-after')).toBe('2')
      expect(await jsonOf(response)).toMatchObject({ code: 'overloaded' })
    }
  })

  it('500 and 503 for a lost database carry them too, and say nothing of the inside', async () => {
    const broken = await startApp()
    await broken.close()
    for (const ask of [
      () => broken.get('/me', { cookie }),
      () => broken.get('/dashboard', { cookie }),
      () => broken.postJson('/login', ann),
      () => broken.postJson('/register', somebody()),
      () => broken.postForm('/login', { ...ann }),
    ]) {
      const response = await ask()
      expect(response.status).toBeGreaterThanOrEqual(500)
      expect(Object.fromEntries(response.headers)).toMatchObject(fixedHeaders)
      const text = await response.text()
      expect(text).not.toMatch(/sqlite|database|node:|stack|not open/i)
      expect(text).not.toContain(ann.password)
    }
  })

  it('over https tells browsers to stay there', async () => {
    for (const response of [
      await overTls.get('/login'),
      await overTls.get('/me'),
      await overTls.get('/nothing'),
      await overTls.request('POST', '/login', asForm, 'a=1&a=2'),
    ]) {
      expect(response.headers.get('strict-transport-security')).toBe(
        'max-age=63072000; includeSubDomains',
      )
    }
  })

  it('but a file of ours is the same for everyone', async () => {
    const html = await (await app.get('/login')).text()
    const paths = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(
      (match) => match[1] as string,
    )
    expect(paths).toHaveLength(4)
    for (const path of paths) {
      const stranger = await app.get(path)
      const known = await app.get(path, { cookie })
      expect(stranger.status).toBe(200)
      expect(stranger.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(stranger.headers.get('x-content-type-options')).toBe('nosniff')
      expect(stranger.headers.getSetCookie()).toEqual([])
      expect(await stranger.text()).toBe(await known.text())
    }
  })
})
