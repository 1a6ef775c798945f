import { describe, expect, it } from 'vitest'
import { cookieIn, jsonOf, somebody, startApp } from '../support/app.ts'

const app = await startApp()

describe('a program that keeps cookies', () => {
  it('registers, signs in, asks who it is, and signs out', async () => {
    const ann = somebody()
    const registered = await app.postJson('/register', ann)
    expect(registered.status).toBe(201)
    expect(await jsonOf(registered)).toEqual({ message: 'User registered successfully' })
    expect(registered.headers.getSetCookie()).toEqual([])

    const signedIn = await app.postJson('/login', { email: ann.email, password: ann.password })
    expect(signedIn.status).toBe(200)
    expect(await jsonOf(signedIn)).toEqual({ message: 'Login successful' })
    const cookie = cookieIn(signedIn)
    expect(cookie).toMatch(/^sallyport=ses_[\w-]{50}$/)

    const me = await app.get('/me', { cookie })
    expect(me.status).toBe(200)
    expect(await jsonOf(me)).toEqual({
      email: ann.email,
      name: ann.full_name,
      full_name: ann.full_name,
      mfa_enabled: false,
    })

    const signedOut = await app.postJson('/logout', {}, { cookie })
    expect(signedOut.status).toBe(200)
    expect(await jsonOf(signedOut)).toEqual({ message: 'Logout successful' })
    expect(await app.meStatus({ cookie })).toBe(401)
  })

  it('finds its way among other cookies', async () => {
    const cookie = await app.cookieOf(await app.registered())
    expect(await app.meStatus({ cookie: `theme=dark; ${cookie}; lang=en` })).toBe(200)
  })

  it('signs out without a body', async () => {
    const cookie = await app.cookieOf(await app.registered())
    const response = await app.request('POST', '/logout', { cookie })
    expect(response.status).toBe(200)
    expect(await app.meStatus({ cookie })).toBe(401)
  })
})

describe('a program without a cookie jar', () => {
  it('gets the token in the body and carries it as bearer, whatever the case of the scheme', async () => {
    const ann = await app.registered()
    const login = { email: ann.email, password: ann.password, transport: 'bearer' }
    const signedIn = await app.postJson('/login', login)
    const answer = await jsonOf(signedIn)
    expect(answer).toEqual({
      session_id: expect.stringMatching(/^brr_[\w-]{50}$/),
      message: 'Login successful',
    })
    expect(signedIn.headers.getSetCookie()).toEqual([])

    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const me = await app.get('/me', { authorization: `${scheme} ${answer['session_id']}` })
      expect((await jsonOf(me))['email']).toBe(ann.email)
    }
  })

  it('signs out, and then its token opens nothing', async () => {
    const authorization = `Bearer ${await app.bearerOf(await app.registered())}`
    const response = await app.request('POST', '/logout', { authorization })
    expect(await jsonOf(response)).toEqual({ message: 'Logout successful' })
    expect(await app.meStatus({ authorization })).toBe(401)
  })
})

describe('a program that nobody knows', () => {
  it('is challenged without an error when it has not tried', async () => {
    const response = await app.get('/me')
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="sallyport"')
    expect(await jsonOf(response)).toMatchObject({ code: 'not_authenticated' })
  })

  it.each([
    ['an unknown bearer token', { authorization: 'Bearer nobody' }],
    ['an empty bearer token', { authorization: 'Bearer' }],
    ['an unknown cookie', { cookie: 'sallyport=nobody' }],
  ])('is told "Invalid session" for %s', async (_what, headers) => {
    const response = await app.get('/me', headers)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer realm="sallyport", error="invalid_token"',
    )
    expect(await jsonOf(response)).toMatchObject({
      code: 'invalid_session',
      detail: 'Invalid session',
    })
  })

  it('is not let in by a token in the query or by another scheme', async () => {
    const token = await app.bearerOf(await app.registered())
    expect((await app.get(`/me?access_token=${token}`)).status).toBe(401)
    expect((await app.get(`/me?session_id=${token}`)).status).toBe(401)
    expect(await app.meStatus({ authorization: `Basic ${btoa(`x:${token}`)}` })).toBe(401)
    expect(await app.meStatus({ authorization: `Token ${token}` })).toBe(401)
  })

  it('is told "Invalid credentials" and challenged for a wrong password', async () => {
    const { email } = await app.registered()
    const response = await app.postJson('/login', { email, password: 'WrongPassword' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="sallyport"')
    expect(await jsonOf(response)).toMatchObject({ detail: 'Invalid credentials' })
  })
})
