import { describe, expect, it } from 'vitest'
import { somebody, startApp } from '../support/app.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'

const payloads = [
  "' or '1'='1",
  "' or 1=1 --",
  "'; drop table accounts; --",
  '"; delete from sessions; --',
  "' union select id, hash from passwords --",
  "\\'; select pg_sleep(10); --",
  "') on conflict do nothing; update accounts set status='disabled'; --",
  '$1',
  '?1',
  ':name',
  '%',
  '_',
  '*',
  '\u00bf\u0027 or 1=1',
  '{"$gt":""}',
  '$where: sleep(1000)',
  'key\r\nFLUSHALL\r\n',
  '../../../../etc/passwd',
  'C:\\CON',
  '; touch /tmp/injected',
  '$(touch /tmp/injected)',
]

describe.each([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('commands in what people type (CWE-89, CWE-943) on %s', (_engine, database) => {
  it('are never run: nobody gets in, nothing breaks, everything is still there', async () => {
    const app = await startApp(await database())
    const ann = await app.registered()
    const cookie = await app.cookieOf(ann)
    for (const payload of payloads) {
      const local = `${payload}@mail.test.example`
      for (const email of [
        payload,
        local,
        `${ann.email}${payload}`,
        `"${payload}"@mail.test.example`,
      ]) {
        const login = await app.postJson('/login', { email, password: ann.password })
        expect([401, 422], email).toContain(login.status)
      }
      expect((await app.postJson('/login', { ...ann, password: payload })).status).toBe(401)
      for (const value of [payload, `ses_${payload}`, encodeURIComponent(payload)]) {
        if (/[\r\n\u0100-\uffff]/.test(value)) continue
        expect(await app.meStatus({ cookie: `sallyport=${value}` })).toBe(401)
        expect(await app.meStatus({ authorization: `Bearer ${value}` })).toBe(401)
      }
      const query = await app.get(
        `/login?next=${encodeURIComponent(payload)}&notice=${encodeURIComponent(payload)}`,
      )
      expect(query.status).toBe(200)
    }
    expect(await app.meStatus({ cookie })).toBe(200)
    expect((await app.postJson('/login', ann)).status).toBe(200)
  })

  it('are kept as they are in a name and in a password', async () => {
    const app = await startApp(await database())
    for (const payload of payloads.filter((text) => !/[\r\n]/.test(text))) {
      const ann = somebody({ full_name: `x${payload}`, password: `${payload} twelve more` })
      expect((await app.postJson('/register', ann)).status).toBe(201)
      const cookie = await app.cookieOf(ann)
      expect(await (await app.get('/me', { cookie })).json()).toMatchObject({ name: ann.full_name })
    }
  })

  it('wildcards in an address match only themselves', async () => {
    const app = await startApp(await database())
    const ann = await app.registered({ email: 'a_b%c@mail.test.example' })
    for (const email of [
      'axb%c@mail.test.example',
      'a_bxc@mail.test.example',
      'a%@mail.test.example',
      '%',
      '*@mail.test.example',
    ]) {
      expect([401, 422]).toContain((await app.postJson('/login', { ...ann, email })).status)
    }
    expect((await app.postJson('/login', ann)).status).toBe(200)
  })
})
