import { hash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { somebody, startApp } from '../support/app.ts'
import { cookieNamed } from '../support/passkeys.ts'
import { type Row, rowsOf } from '../support/rows.ts'

// Much is counted, and nothing refused.
const app = await startApp({
  limits: ['sign_in=90000/1m', 'password=90000/1m', 'password_account=90000/1m', 'all=off'],
})
const ann = somebody({ password: 'zebra quartz monolith 77' })
// People type their password where a name is asked for.
const misplaced = 'zebra.quartz.misplaced@mail.test.example'

const columnsOf = (rows: readonly Row[]) => rows.flatMap((row) => Object.values(row))

it('a thief of the database and of its folder finds nothing to sign in with (CWE-312, CWE-256)', async () => {
  await app.postJson('/register', ann)
  const login = await app.postJson('/login', ann)
  const cookie = cookieNamed(login, 'sallyport') ?? ''
  const known = cookieNamed(login, 'sallyport_known')?.split('=')[1] as string
  const bearer = await app.bearerOf(ann)
  const csrf = await app.formTokenOf(cookie)
  await app.postJson('/login', { ...ann, password: 'zebra quartz mistyped 78' })
  await app.postJson('/login', { ...ann, email: misplaced })
  const sessionToken = cookie.split('=')[1] as string

  const files = readdirSync(app.dataDir).map((name) => join(app.dataDir, name))
  const names = files.map((file) => file.split('/').at(-1))
  expect(names).toEqual(expect.arrayContaining(['sallyport.db-wal', 'limits.db-wal']))
  const bytes = Buffer.concat(files.map((file) => readFileSync(file)))
  // The search is able to find: the address is there.
  expect(bytes.includes(ann.email)).toBe(true)
  const secrets = [sessionToken, bearer, csrf, known, ann.password, 'zebra quartz mistyped 78']
  for (const secret of [...secrets, misplaced]) {
    for (const form of [secret, secret.slice(4, 30), encodeURIComponent(secret)]) {
      for (const encoding of ['utf8', 'utf16le'] as const) {
        expect(bytes.includes(Buffer.from(form, encoding)), form).toBe(false)
      }
      expect(bytes.includes(Buffer.from(form).toString('base64')), form).toBe(false)
      expect(bytes.includes(Buffer.from(form).toString('hex')), form).toBe(false)
    }
  }
})

it('a thief of the audit trail, or of the counters, does not learn from them who has signed in, or tried to (CWE-359)', () => {
  const trail = rowsOf(app.dataDir, 'audit_entries')
  const counters = rowsOf(app.dataDir, 'tallies', 'limits.db')
  // What is looked for was written down and counted: the two names, each by itself.
  const tried = trail.filter(({ type }) => type === 'login.refused')
  expect(tried.map(({ details }) => JSON.parse(`${details}`).cause)).toEqual([
    'wrong_password',
    'unknown_account',
  ])
  expect(counters.length).toBeGreaterThanOrEqual(4)
  const text = JSON.stringify([trail, counters])
  for (const name of [ann.email, misplaced]) {
    const unkeyed = ['sha256', 'sha512', 'md5'].flatMap((algorithm) =>
      [name, `name ${name}`, `password_account\n${name}`, `password\n${name}\n`].flatMap((said) =>
        (['hex', 'base64url'] as const).map((form) => hash(algorithm, said, form).slice(0, 16)),
      ),
    )
    for (const form of [name, name.split('@')[0] as string, ...unkeyed]) {
      expect(text.includes(form), form).toBe(false)
    }
  }
  expect(text).not.toContain(ann.full_name)
})

it('nothing that is stored opens a door, as it is or dressed up as a token', async () => {
  const tables = ['sessions', 'accounts', 'passwords', 'audit_entries', 'audit_ends']
  const values = columnsOf([
    ...tables.flatMap((table) => rowsOf(app.dataDir, table)),
    ...rowsOf(app.dataDir, 'tallies', 'limits.db'),
  ])
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
  const hashes = rowsOf(app.dataDir, 'passwords').map((row) => row['hash'] as string)
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
