import { describe, expect, it } from 'vitest'
import { createPasswordContext } from '../../src/hashers/index.ts'
import { schemes } from '../../src/hashers/schemes/index.ts'
import { type App, type Person, startApp } from '../support/app.ts'
import { onCleanUp } from '../support/clean-up.ts'
import knownAnswers from '../vectors/known-answers.json' with { type: 'json' }
import otherSystems from '../vectors/other-systems.json' with { type: 'json' }

const pepper = { id: '2026', key: 'a key that only the tests of this file know' }
const app = await startApp({ passwordSchemes: ['argon2id', 'import', 'hex_md5'] })

/** Makes what other systems have stored. */
const elsewhere = createPasswordContext({
  schemes: ['bcrypt', 'scrypt'],
  costs: { bcrypt: { cost: 4 }, scrypt: { ln: 10, p: 1 } },
  threads: 1,
})
onCleanUp(() => elsewhere.close())

const current = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/

async function imported(hash: string, password: string, on: App = app): Promise<Person> {
  const person = await on.registered()
  await on.storeHash(person, hash)
  return { ...person, password }
}

async function signIn({ email, password }: Person, on: App = app): Promise<number> {
  return (await on.postJson('/login', { email, password })).status
}

/** The hash is replaced after the answer: soon, but not before it. */
async function hashOnceReplaced(person: Person, old: string, on: App = app): Promise<string> {
  return await expect
    .poll(() => on.storedHash(person), { timeout: 10_000 })
    .not.toBe(old)
    .then(async () => (await on.storedHash(person)) ?? '')
}

/** A hash of each scheme that is only verified, with a password that can be typed. */
const matching = [
  ...knownAnswers.rows,
  ...otherSystems.rows.filter((row) => row.expect === 'match'),
]
const oneOfEachImport = [...schemes.values()]
  .filter(({ tier }) => tier === 'import')
  .map(({ name }) => {
    const row = matching.find(({ scheme, password }) => scheme === name && password)
    if (!row?.password) throw new Error(`no hash to try: ${name}`)
    return { scheme: name, hash: row.hash, password: row.password }
  })

describe('somebody whose password was hashed elsewhere', () => {
  it.each(oneOfEachImport)(
    'signs in with it, and has a hash of today afterwards: $scheme',
    async ({ hash, password }) => {
      const person = await imported(hash, password)
      expect(await signIn({ ...person, password: `${password}.` })).toBe(401)
      expect(await app.storedHash(person)).toBe(hash)
      expect(await signIn(person)).toBe(200)
      expect(await hashOnceReplaced(person, hash)).toMatch(current)
      expect(await signIn(person)).toBe(200)
      expect(await signIn({ ...person, password: `${password}.` })).toBe(401)
    },
  )

  it('keeps the old hash as long as an account is disabled', async () => {
    const hash = await elsewhere.hash('lamp oil and rope')
    const person = await imported(hash, 'lamp oil and rope')
    await app.setStatus(person, 'disabled')
    expect(await signIn(person)).toBe(401)
    await app.setStatus(person, 'active')
    expect(await app.storedHash(person)).toBe(hash)
    expect(await signIn(person)).toBe(200)
    expect(await hashOnceReplaced(person, hash)).toMatch(current)
  })

  it('can have typed it decomposed there, and composed here ever after', async () => {
    const typed = 'cafe\u0301 noir at noon'
    const hash = await elsewhere.hash(Buffer.from(typed))
    const person = await imported(hash, typed)
    expect(await signIn({ ...person, password: typed.normalize('NFC') })).toBe(401)
    expect(await signIn(person)).toBe(200)
    await hashOnceReplaced(person, hash)
    expect(await signIn({ ...person, password: typed.normalize('NFC') })).toBe(200)
    expect(await signIn(person)).toBe(200)
  })

  it('is upgraded once, by 16 sign-ins at the same time', async () => {
    const hash = await elsewhere.hash('lamp oil and rope')
    const person = await imported(hash, 'lamp oil and rope')
    const statuses = await Promise.all(Array.from({ length: 16 }, () => signIn(person)))
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(await hashOnceReplaced(person, hash)).toMatch(current)
    expect(await signIn(person)).toBe(200)
  })

  it('is not let in by a scheme that is not accepted here', async () => {
    const strict = await startApp({ passwordSchemes: ['argon2id'] })
    const hash = await elsewhere.hash('lamp oil and rope')
    const person = await imported(hash, 'lamp oil and rope', strict)
    expect(await signIn(person, strict)).toBe(401)
    expect(await strict.storedHash(person)).toBe(hash)
  })
})

describe('the scheme and cost of new hashes', () => {
  it('are those that are configured, and older ones follow at the next sign-in', async () => {
    const { dataDir } = app
    const person = await app.registered()
    const before = (await app.storedHash(person)) ?? ''
    const dearer = await startApp({ dataDir, passwordCost: 'memory=20480' })
    expect(await signIn(person, dearer)).toBe(200)
    expect(await hashOnceReplaced(person, before, dearer)).toContain('$m=20480,t=2,p=1$')
    const other = await startApp({
      dataDir,
      passwordSchemes: ['scrypt', 'import'],
      passwordCost: 'ln=12, p=1',
    })
    const between = (await app.storedHash(person)) ?? ''
    expect(await signIn(person, other)).toBe(200)
    expect(await hashOnceReplaced(person, between, other)).toMatch(/^\$scrypt\$ln=12,r=8,p=1\$/)
  })

  it('have a key mixed in when there is one', async () => {
    const { dataDir } = app
    const person = await app.registered()
    const before = (await app.storedHash(person)) ?? ''
    const keyed = await startApp({ dataDir, passwordPepper: `${pepper.id}:${pepper.key}` })
    expect(await signIn(person, keyed)).toBe(200)
    expect(await hashOnceReplaced(person, before, keyed)).toMatch(/^\$keyed\$k=2026\$argon2id\$/)
    expect(await signIn(person, keyed)).toBe(200)
    expect(await signIn(person)).toBe(401)
  })
})
