import { describe, expect, it } from 'vitest'
import { openHashReader } from '../../src/hashing.ts'
import { configurationOfOptions } from '../../src/options.ts'
import { type App, startApp } from '../support/app.ts'
import { temporaryFolder } from '../support/clean-up.ts'
import { runCommand } from '../support/command.ts'
import { aFile, knownHash } from '../support/people-file.ts'

/** Hashes whose cost somebody has raised, until one of them would keep a server busy for hours, or fill its memory. */
const absurd: readonly (readonly [
  scheme: string,
  what: string,
  raise: (hash: string) => string,
])[] = [
  ['argon2id', 'four gigabytes', (hash) => hash.replace(/m=\d+/, 'm=4194304')],
  ['argon2id', 'a million passes', (hash) => hash.replace(/t=\d+/, 't=1000000')],
  ['argon2id', 'a thousand lanes', (hash) => hash.replace(/p=\d+/, 'p=1000')],
  ['bcrypt', 'a cost of 31', (hash) => hash.replace(/\$05\$/, '$31$')],
  ['bcrypt', 'a cost of 16', (hash) => hash.replace(/\$05\$/, '$16$')],
  ['scrypt', '2^30 blocks', (hash) => hash.replace(/ln=\d+/, 'ln=30')],
  ['scrypt', 'blocks of a gigabyte', (hash) => hash.replace(/r=\d+/, 'r=1000000')],
  ['pbkdf2_sha256', 'a billion rounds', (hash) => hash.replace('$1$', '$1000000000$')],
  ['django_pbkdf2_sha256', 'a billion rounds', (hash) => hash.replace('20000', '2000000000')],
  ['werkzeug_pbkdf2', 'a billion rounds', (hash) => hash.replace(':50$', ':2000000000$')],
  ['werkzeug_scrypt', '2^30 blocks', (hash) => hash.replace('scrypt:16:', 'scrypt:1073741824:')],
  ['django_scrypt', '2^30 blocks', (hash) => hash.replace('scrypt$16$', 'scrypt$1073741824$')],
  ['django_argon2', 'four gigabytes', (hash) => hash.replace(/m=\d+/, 'm=4194304')],
  ['sha256_crypt', 'a billion rounds', (hash) => hash.replace('rounds=5000', 'rounds=999999999')],
  ['phpass', '2^30 rounds', (hash) => hash.replace('$P$9', '$P$S')],
  ['drupal', '2^30 rounds', (hash) => hash.replace('$S$C', '$S$S')],
  ['grub_pbkdf2_sha512', 'a billion rounds', (hash) => hash.replace('.10000.', '.1000000000.')],
  ['firebase_scrypt', '2^40 blocks', (hash) => hash.replace('ln=14', 'ln=40')],
  ['wordpress_bcrypt', 'a cost of 31', (hash) => hash.replace('$04$', '$31$')],
]

const reader = openHashReader(configurationOfOptions({}))

const app = await startApp({ hashThreads: 1 })
const asUsual = await secondsOf(app, await app.registered())

/** Seconds on the processor, hashing threads included, that a refused sign-in costs. */
async function secondsOf(of: App, { email }: { readonly email: string }): Promise<number> {
  const start = process.cpuUsage()
  const answer = await of.postJson('/login', { email, password: 'wrong harbour lantern' })
  expect(answer.status).toBe(401)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

describe('a stored hash of an absurd cost', () => {
  it.each(absurd)('is not worked on at a sign-in: %s, %s', async (scheme, _what, raise) => {
    const { hash, password } = knownHash(scheme)
    const raised = raise(hash)
    expect([reader.read(hash).kind, raised === hash]).toEqual(['accepted', false])
    expect(reader.read(raised)).toMatchObject({ kind: 'refused', rule: 'too_expensive' })

    const person = await app.registered()
    await app.storeHash(person, raised)
    // As much as for anybody: a decoy is verified in its place.
    expect(await secondsOf(app, person)).toBeLessThan(asUsual + 1)
    const right = await app.postJson('/login', { email: person.email, password })
    expect([right.status, right.headers.getSetCookie()]).toEqual([401, []])
    expect(await app.storedHash(person)).toBe(raised)
  })

  it('is refused when it is imported, named as what it is, and nobody is added', async () => {
    const rows = absurd.map(([scheme, , raise], at) => {
      const cell = raise(knownHash(scheme).hash).replaceAll('"', '""')
      return `p${at}@mail.example,"${cell}"`
    })
    const file = aFile('people.csv', ['email,hash', ...rows])
    const { code, stdout } = await runCommand(['users', 'import', file, '--apply'], {
      SALLYPORT_DATA_DIR: temporaryFolder(),
    })
    expect(code).not.toBe(0)
    const named = stdout.match(/hash costs more than is ever computed here/g)
    expect(named).toHaveLength(absurd.length)
    expect(stdout).toContain('Nothing was written')
  })
})
