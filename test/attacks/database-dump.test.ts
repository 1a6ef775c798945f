import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { somebody, startApp } from '../support/app.ts'

const app = await startApp()
const ann = somebody({ password: 'zebra quartz monolith 77' })

it('a thief of the database and of its folder finds nothing to sign in with (CWE-312, CWE-256)', async () => {
  await app.postJson('/register', ann)
  const cookie = await app.cookieOf(ann)
  const bearer = await app.bearerOf(ann)
  const csrf = await app.formTokenOf(cookie)
  await app.postJson('/login', { ...ann, password: 'zebra quartz mistyped 78' })
  const sessionToken = cookie.split('=')[1] as string

  const files = readdirSync(app.dataDir).map((name) => join(app.dataDir, name))
  expect(files.map((file) => file.split('/').at(-1))).toContain('sallyport.db-wal')
  const bytes = Buffer.concat(files.map((file) => readFileSync(file)))
  // The search is able to find: the address is there.
  expect(bytes.includes(ann.email)).toBe(true)
  const secrets = [sessionToken, bearer, csrf, ann.password, 'zebra quartz mistyped 78']
  for (const secret of secrets) {
    for (const form of [secret, secret.slice(4, 30), encodeURIComponent(secret)]) {
      for (const encoding of ['utf8', 'utf16le'] as const) {
        expect(bytes.includes(Buffer.from(form, encoding)), form).toBe(false)
      }
      expect(bytes.includes(Buffer.from(form).toString('base64')), form).toBe(false)
      expect(bytes.includes(Buffer.from(form).toString('hex')), form).toBe(false)
    }
  }
})

it('nothing that is stored opens a door, as it is or dressed up as a token', async () => {
  const database = new DatabaseSync(join(app.dataDir, 'sallyport.db'), { readOnly: true })
  const tables = ['sessions', 'accounts', 'passwords']
  const values = tables.flatMap((table) =>
    database
      .prepare(`select * from ${table}`)
      .all()
      .flatMap((row) => Object.values(row)),
  )
  database.close()
  const texts = [...new Set(values.filter((value) => typeof value === 'string'))].filter(
    (text) => text !== '',
  )
  expect(texts.length).toBeGreaterThan(10)
  for (const text of texts) {
    for (const value of [text, `ses_${text}`, `brr_${text}`, `ses_${text}0000000`].map(encodeURI)) {
      expect(await app.meStatus({ cookie: `sallyport=${value}` })).toBe(401)
      expect(await app.meStatus({ authorization: `Bearer ${value}` })).toBe(401)
    }
    expect((await app.postJson('/login', { ...ann, password: text })).status).toBe(401)
  }
})

it('passwords are salted argon2id at no less than the recommended cost', async () => {
  await app.registered({ password: ann.password })
  const database = new DatabaseSync(join(app.dataDir, 'sallyport.db'), { readOnly: true })
  const hashes = database
    .prepare('select hash from passwords')
    .all()
    .map((row) => row['hash'] as string)
  database.close()
  expect(hashes.length).toBeGreaterThan(1)
  expect(new Set(hashes).size).toBe(hashes.length)
  for (const hash of hashes) {
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  }
})

it('the files are their owner’s alone', () => {
  for (const name of readdirSync(app.dataDir)) {
    expect(statSync(join(app.dataDir, name)).mode & 0o077, name).toBe(0)
  }
})
