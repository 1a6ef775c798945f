import { expect, it } from 'vitest'
import { SqlAccountStore } from '../../src/stores/sql/accounts.ts'
import { SqlPasswordStore } from '../../src/stores/sql/passwords.ts'
import { openSqlite } from '../../src/stores/sql/sqlite.ts'
import { type App, startApp } from '../support/app.ts'
import { temporaryFolder } from '../support/clean-up.ts'
import { runCommand } from '../support/command.ts'
import { aFile, knownHash } from '../support/people-file.ts'

const schemes = [
  'django_pbkdf2_sha256',
  'bcrypt',
  'werkzeug_scrypt',
  'werkzeug_pbkdf2',
  'phpass',
  'wordpress_bcrypt',
  'better_auth_scrypt',
]

/** Runs the command as an operator would, against the folder that the app then opens. */
async function importInto(dataDir: string, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runCommand(['users', 'import', ...args, '--apply'], {
    SALLYPORT_DATA_DIR: dataDir,
  })
  expect(code, stdout + stderr).toBe(0)
}

async function hashOf(app: App, email: string): Promise<string | undefined> {
  await using database = openSqlite(`${app.dataDir}/sallyport.db`)
  const account = await new SqlAccountStore(database).findByEmail(email as never)
  return account && (await new SqlPasswordStore(database).find(account.id))?.hash
}

/** Signs in by the old hash, and once more by the new one that takes its place. */
async function movesIn(app: App, email: string, password: string): Promise<void> {
  await app.cookieOf({ email, password, full_name: '' })
  await expect
    .poll(() => hashOf(app, email), { timeout: 5000 })
    .toMatch(/^\$argon2id\$v=19\$m=19456/)
  await app.cookieOf({ email, password, full_name: '' })
}

it('people of seven systems sign in with their old password, and leave the old hash behind', async () => {
  const dataDir = temporaryFolder()
  const cells = (scheme: string) => `"${knownHash(scheme).hash.replaceAll('"', '""')}"`
  const rows = schemes.map((scheme) => `${scheme}@mail.example,${cells(scheme)},`)
  const disabled = `gone@mail.example,${cells('bcrypt')},true`
  await importInto(dataDir, aFile('people.csv', ['email,hash,disabled', ...rows, disabled]))

  const app = await startApp({ dataDir })
  for (const scheme of schemes) {
    const email = `${scheme}@mail.example`
    const { password, hash } = knownHash(scheme)
    expect(await hashOf(app, email)).toBe(hash)
    const wrong = await app.postJson('/login', { email, password: `${password}.` })
    expect(wrong.status, scheme).toBe(401)
    await movesIn(app, email, password)
  }
  const { password } = knownHash('bcrypt')
  const gone = await app.postJson('/login', { email: 'gone@mail.example', password })
  expect(gone.status).toBe(401)
})

it('people of Keycloak bring their credential as it is', async () => {
  const dataDir = temporaryFolder()
  const rows = ['keycloak_pbkdf2', 'keycloak_argon2'].map((scheme) => ({
    email: `${scheme}@mail.example`,
    enabled: true,
    credentials: [JSON.parse(knownHash(scheme).hash)],
  }))
  const file = aFile(
    'realm.jsonl',
    rows.map((row) => JSON.stringify(row)),
  )
  await importInto(dataDir, file, '--column', 'hash=credentials.0', '--column', 'disabled=!enabled')
  const app = await startApp({ dataDir })
  for (const scheme of ['keycloak_pbkdf2', 'keycloak_argon2']) {
    await movesIn(app, `${scheme}@mail.example`, knownHash(scheme).password)
  }
})

it('people of Firebase bring pieces of a hash, which a template puts together', async () => {
  const dataDir = temporaryFolder()
  const { hash, password } = knownHash('firebase_scrypt')
  const [, , , salt, separator, signerKey, passwordHash] = hash.split('$')
  const row = { email: 'user1@mail.example', salt, passwordHash }
  const file = aFile('users.jsonl', [JSON.stringify(row), '{"email":"google@mail.example"}'])
  const template = `$firebase-scrypt$ln=14,r=8$\{salt}$${separator}$${signerKey}$\{passwordHash}`
  await importInto(dataDir, file, '--hash-template', template)
  const app = await startApp({ dataDir })
  await movesIn(app, 'user1@mail.example', password)
  const without = { email: 'google@mail.example', password }
  expect((await app.postJson('/login', without)).status).toBe(401)
})
