import { describe, expect, it } from 'vitest'
import { startApp } from '../support/app.ts'

const app = await startApp()

describe('a cookie that somebody kept', () => {
  it('opens nothing after sign-out, anywhere', async () => {
    const cookie = await app.cookieOf(await app.registered())
    await app.postJson('/logout', {}, { cookie })
    expect(await app.meStatus({ cookie })).toBe(401)
    expect((await app.get('/dashboard', { cookie })).headers.get('location')).toBe('/login')
    expect((await app.get('/login', { cookie })).status).toBe(200)
    expect(await app.auth.authenticate({ headers: { cookie } })).toBeUndefined()
  })

  it('is not revived by requests that were under way when it ended', async () => {
    for (let round = 0; round < 10; round += 1) {
      const cookie = await app.cookieOf(await app.registered())
      // Late enough for each use to be written back as an extension.
      app.clock.advance(120_000)
      const uses = Array.from({ length: 10 }, () => app.meStatus({ cookie }))
      await Promise.all([...uses, app.postJson('/logout', {}, { cookie }), ...uses])
      expect(await app.meStatus({ cookie })).toBe(401)
    }
  })

  it('opens nothing after the next sign-in of the same browser', async () => {
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)
    await app.cookieOf(ann, { cookie })
    expect(await app.meStatus({ cookie })).toBe(401)
  })
})

describe('a token at the wrong door', () => {
  it('a cookie’s token is no bearer token, and a bearer token no cookie', async () => {
    const ann = await app.registered()
    const fromCookie = (await app.cookieOf(ann)).split('=')[1] as string
    const bearer = await app.bearerOf(ann)
    expect(await app.meStatus({ authorization: `Bearer ${fromCookie}` })).toBe(401)
    expect(await app.meStatus({ cookie: `sallyport=${bearer}` })).toBe(401)
  })

  it('nor does it become one by another prefix', async () => {
    const ann = await app.registered()
    const fromCookie = (await app.cookieOf(ann)).split('=')[1] as string
    const bearer = await app.bearerOf(ann)
    const renamed = fromCookie.replace('ses_', 'brr_')
    expect(await app.meStatus({ authorization: `Bearer ${renamed}` })).toBe(401)
    expect(await app.meStatus({ cookie: `sallyport=${bearer.replace('brr_', 'ses_')}` })).toBe(401)
  })

  it('cannot be signed out at the wrong door either', async () => {
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)
    await app.postJson('/logout', {}, { authorization: `Bearer ${cookie.split('=')[1]}` })
    expect(await app.meStatus({ cookie })).toBe(200)
  })

  it('a request has one identity: a bad bearer token is not made good by a cookie', async () => {
    const cookie = await app.cookieOf(await app.registered())
    expect(await app.meStatus({ cookie, authorization: 'Bearer nobody' })).toBe(401)
    await app.postJson('/logout', {}, { cookie, authorization: 'Bearer nobody' })
    expect(await app.meStatus({ cookie })).toBe(200)
  })

  it.each([
    ['two tokens', (token: string) => `Bearer ${token} ${token}`],
    ['a list', (token: string) => `Bearer ${token}, Bearer ${token}`],
    ['a quoted token', (token: string) => `Bearer "${token}"`],
    ['a parameter', (token: string) => `Bearer token=${token}`],
    ['no blank', (token: string) => `Bearer${token}`],
    ['a tab', (token: string) => `Bearer\t${token}`],
    ['another scheme before', (token: string) => `Basic Bearer ${token}`],
  ])('%s in the header are nobody’s', async (_what, header) => {
    const authorization = header(await app.bearerOf(await app.registered()))
    expect(await app.meStatus({ authorization })).toBe(401)
  })
})
