import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { cookieIn, startApp } from '../support/app.ts'

const app = await startApp()
const body = `ses_${'A'.repeat(43)}`
const neverIssued = body + crc32(body).toString(36).padStart(7, '0')

const planted = [
  'attacker-chosen-id',
  `ses_${'A'.repeat(43)}0000000`,
  // Well formed, with the right checksum, and never issued.
  neverIssued,
]

describe('session fixation (CWE-384)', () => {
  it.each(planted)('the server never adopts a value that it has not issued: %s', async (value) => {
    const cookie = `sallyport=${value}`
    expect(await app.meStatus({ cookie })).toBe(401)
    const ann = await app.registered()
    const issued = await app.cookieOf(ann, { cookie })
    expect(issued).not.toContain(value)
    expect(await app.meStatus({ cookie })).toBe(401)
    expect(await app.meStatus({ cookie: issued })).toBe(200)
  })

  it('a session of the attacker’s own, planted before sign-in, is dead afterwards', async () => {
    const planted = await app.cookieOf(await app.registered())
    const issued = await app.cookieOf(await app.registered(), { cookie: planted })
    expect(issued).not.toBe(planted)
    expect(await app.meStatus({ cookie: planted })).toBe(401)
  })

  it('a planted bearer token is dead after a sign-in that carried it', async () => {
    const planted = await app.bearerOf(await app.registered())
    const headers = { authorization: `Bearer ${planted}` }
    const issued = await app.bearerOf(await app.registered(), headers)
    expect(issued).not.toBe(planted)
    expect(await app.meStatus(headers)).toBe(401)
  })

  it('no session and no cookie exists before there is somebody to remember', async () => {
    for (const path of ['/', '/login', '/register', '/me', '/dashboard', '/nothing']) {
      const response = await app.get(path, { cookie: 'sallyport=attacker-chosen-id' })
      expect(response.headers.getSetCookie()).toEqual([])
    }
  })

  it('a token that was signed out is never issued or accepted again', async () => {
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)
    await app.postJson('/logout', {}, { cookie })
    const login = await app.postJson('/login', ann, { cookie })
    expect(cookieIn(login)).not.toBe(cookie)
    expect(await app.meStatus({ cookie })).toBe(401)
  })

  it('every sign-in makes a token of its own', async () => {
    const ann = await app.registered()
    const cookies = await Promise.all(Array.from({ length: 40 }, () => app.cookieOf(ann)))
    expect(new Set(cookies).size).toBe(40)
    const bytes = new Set(cookies.map((cookie) => cookie.slice(14, 24)))
    expect(bytes.size).toBe(40)
  })
})
