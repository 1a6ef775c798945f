import { describe, expect, it } from 'vitest'
import { startApp } from '../support/app.ts'
import { temporaryFolder } from '../support/clean-up.ts'

const app = await startApp()

describe('signing in', () => {
  it('gives a new token each time, and ends the session whose token came along', async () => {
    const ann = await app.registered()
    const first = await app.cookieOf(ann)
    const second = await app.cookieOf(ann, { cookie: first })
    expect(second).not.toBe(first)
    expect(await app.meStatus({ cookie: first })).toBe(401)
    expect(await app.meStatus({ cookie: second })).toBe(200)
  })

  it('ends the session that came along even when it was somebody else’s', async () => {
    const bob = await app.cookieOf(await app.registered())
    await app.cookieOf(await app.registered(), { cookie: bob })
    expect(await app.meStatus({ cookie: bob })).toBe(401)
  })

  it('leaves a session alone when the attempt fails', async () => {
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)
    const failed = await app.postJson('/login', { ...ann, password: 'wrong' }, { cookie })
    expect(failed.status).toBe(401)
    expect(failed.headers.getSetCookie()).toEqual([])
    expect(await app.meStatus({ cookie })).toBe(200)
  })

  it('on another device leaves the sessions on the others alive', async () => {
    const ann = await app.registered()
    const phone = await app.cookieOf(ann)
    const desk = await app.cookieOf(ann)
    const native = `Bearer ${await app.bearerOf(ann)}`
    expect(await app.meStatus({ cookie: phone })).toBe(200)
    expect(await app.meStatus({ cookie: desk })).toBe(200)
    expect(await app.meStatus({ authorization: native })).toBe(200)
  })
})

describe('signing out', () => {
  it('ends this session and no other', async () => {
    const ann = await app.registered()
    const phone = await app.cookieOf(ann)
    const desk = await app.cookieOf(ann)
    const authorization = `Bearer ${await app.bearerOf(ann)}`
    await app.postJson('/logout', {}, { cookie: phone })
    expect(await app.meStatus({ cookie: phone })).toBe(401)
    expect(await app.meStatus({ cookie: desk })).toBe(200)
    expect(await app.meStatus({ authorization })).toBe(200)
  })

  it('is harmless again, and for nobody', async () => {
    const cookie = await app.cookieOf(await app.registered())
    const bearer = { authorization: 'Bearer nobody' }
    for (const headers of [{ cookie }, { cookie }, { cookie: 'sallyport=x' }, bearer]) {
      const response = await app.postJson('/logout', {}, headers)
      expect(response.status).toBe(200)
      expect(response.headers.get('set-cookie')).toBe(
        'sallyport=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
      )
    }
    const nobody = await app.postJson('/logout', {})
    expect(nobody.status).toBe(200)
    expect(nobody.headers.getSetCookie()).toEqual([
      'sallyport=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
      'access_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
      'refresh_token=; Max-Age=0; Path=/refresh; HttpOnly; SameSite=Strict',
    ])
  })
})

describe('a restart', () => {
  it('keeps accounts, sessions, and the forms of open pages', async () => {
    const dataDir = temporaryFolder()
    const before = await startApp({ dataDir })
    const ann = await before.registered()
    const cookie = await before.cookieOf(ann)
    const authorization = `Bearer ${await before.bearerOf(ann)}`
    const csrf_token = await before.formTokenOf(cookie)
    await before.close()

    const after = await startApp({ dataDir })
    expect(await after.meStatus({ cookie })).toBe(200)
    expect(await after.meStatus({ authorization })).toBe(200)
    await after.cookieOf(ann)
    const signedOut = await after.postForm('/logout', { csrf_token }, { cookie })
    expect(signedOut.status).toBe(303)
    expect(await after.meStatus({ cookie })).toBe(401)
  })

  it('keeps a session ended that was ended before', async () => {
    const dataDir = temporaryFolder()
    const before = await startApp({ dataDir })
    const cookie = await before.cookieOf(await before.registered())
    await before.postJson('/logout', {}, { cookie })
    await before.close()
    expect(await (await startApp({ dataDir })).meStatus({ cookie })).toBe(401)
  })
})

describe('a disabled account', () => {
  it('loses its sessions at once and cannot sign in', async () => {
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)
    const authorization = `Bearer ${await app.bearerOf(ann)}`
    await app.setStatus(ann, 'disabled')
    expect(await app.meStatus({ cookie })).toBe(401)
    expect(await app.meStatus({ authorization })).toBe(401)
    expect((await app.get('/dashboard', { cookie })).status).toBe(303)
    expect(await app.auth.authenticate({ headers: { cookie } })).toBeUndefined()
    expect((await app.postJson('/login', ann)).status).toBe(401)
  })

  it('that is enabled again gets no old session back', async () => {
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)
    await app.setStatus(ann, 'disabled')
    await app.setStatus(ann, 'active')
    expect(await app.meStatus({ cookie })).toBe(401)
    expect(await app.meStatus({ cookie: await app.cookieOf(ann) })).toBe(200)
  })
})
