import { describe, expect, it } from 'vitest'
import { jsonOf, somebody, startApp } from '../support/app.ts'

const app = await startApp()
const extra = {
  id: 'acc_chosen',
  status: 'disabled',
  epoch: 7,
  mfa_enabled: true,
  mfaEnabled: true,
  role: 'admin',
  is_admin: true,
  created_at: 0,
  createdAt: 0,
  canonical_email: 'other@mail.test.example',
  canonicalEmail: 'other@mail.test.example',
  hash: 'x',
  hasOwnProperty: true,
  toString: 'x',
}

describe('fields that are not the client’s to set', () => {
  it('are dropped at registration and at sign-in', async () => {
    const ann = somebody()
    expect((await app.postJson('/register', { ...ann, ...extra })).status).toBe(201)
    const login = await app.postJson('/login', {
      ...ann,
      ...extra,
      account_id: 'x',
      kind: 'bearer',
    })
    expect(login.status).toBe(200)
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    const who = await app.auth.authenticate({ headers: { cookie } })
    expect(who && (await app.auth.accounts.find(who.accountId))).toEqual({
      id: expect.stringMatching(/^acc_[\w-]{22}$/),
      email: ann.email,
      canonicalEmail: ann.email,
      fullName: ann.full_name,
      status: 'active',
      role: 'user',
      epoch: 0,
      createdAt: app.clock.now(),
    })
    expect(who?.session.kind).toBe('session')
    expect(Object.keys(await jsonOf(await app.get('/me', { cookie })))).toEqual([
      'email',
      'name',
      'full_name',
      'mfa_enabled',
    ])
  })

  it('are dropped in a form as well', async () => {
    const ann = somebody()
    const texts = Object.fromEntries(
      Object.entries(extra).map(([name, value]) => [name, `${value}`]),
    )
    expect((await app.postForm('/register', { ...ann, ...texts })).status).toBe(303)
    expect((await app.postJson('/login', ann)).status).toBe(200)
  })

  it('a form cannot ask for the token in the body', async () => {
    const ann = await app.registered()
    const login = await app.postForm('/login', { ...ann, transport: 'bearer' })
    expect(login.status).toBe(303)
    expect(login.headers.get('set-cookie')).toMatch(/^sallyport=ses_/)
    expect(await login.text()).toBe('')
  })

  it('no request changes what every object inherits', async () => {
    for (const text of [
      '{"__proto__":{"polluted":1}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      '{"email":{"__proto__":{"polluted":1}}}',
      '{"prototype":{"polluted":1}}',
    ]) {
      for (const path of ['/login', '/register', '/logout']) {
        expect((await app.postJson(path, text)).status).toBe(400)
      }
    }
    for (const text of [
      '__proto__[polluted]=1',
      '__proto__.polluted=1',
      'constructor.prototype.polluted=1',
    ]) {
      expect((await app.postForm('/login', text)).status).toBeGreaterThanOrEqual(400)
      expect((await app.get(`/login?${text}`)).status).toBeLessThan(500)
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
