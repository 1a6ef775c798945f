import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { onCleanUp, temporaryFolder } from '../support/clean-up.ts'
import { cleanEnvironment, commandLine, runCommand } from '../support/command.ts'
import { aFile, knownHash, manyPeople } from '../support/people-file.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'

const django = knownHash('django_pbkdf2_sha256').hash
const md5 = knownHash('hex_md5').hash

const settingsOf = () => ({ SALLYPORT_DATA_DIR: join(temporaryFolder(), 'data') })

const exportedRows = async (env: Record<string, string>) => {
  const { stdout } = await runCommand(['users', 'export', '--with-hashes'], env)
  return stdout.trimEnd().split('\n').slice(1)
}

describe('sallyport users import', () => {
  const people = aFile('people.csv', [
    'email,name,hash,created,disabled,verified',
    `ann@mail.example,Ann,${django},2024-01-31,,yes`,
    'bob@mail.example,,!unusable,,true,',
    'cy@mail.example,Cy,,,,',
  ])

  it('says what would happen, and writes nothing: not even a data folder', async () => {
    const env = settingsOf()
    const { code, stdout, stderr } = await runCommand(['users', 'import', people], env)
    expect(stdout).toMatch(/^django_pbkdf2_sha256 +rounds=\d+ +1 +33\.3 % .*upgraded to argon2id$/m)
    expect(stdout).toMatch(/^\(no password\) +- +2 .*no sign-in by password$/m)
    expect(stdout).toMatch(/^3 {2}new$/m)
    expect(stdout).toMatch(/^2 {2}without a password$/m)
    expect(stdout).toMatch(/^1 {2}disabled$/m)
    expect(stdout).toMatch(/\nNothing was written\. Add --apply to import\.\n$/)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(existsSync(env.SALLYPORT_DATA_DIR)).toBe(false)
  })

  it('imports, and a second time leaves everybody as they are', async () => {
    const env = settingsOf()
    const first = await runCommand(['users', 'import', people, '--apply'], env)
    expect(first.stdout).toMatch(/\n3 accounts imported\.\n$/)
    expect(first.code).toBe(0)
    const before = await exportedRows(env)
    const changed = aFile('changed.csv', [
      'email,name,disabled',
      'ANN@mail.example,Somebody Else,true',
      'dee@mail.example,Dee,',
    ])
    const second = await runCommand(['users', 'import', changed, '--apply'], env)
    expect(second.stdout).toMatch(/^1 {2}there already, and left as they are$/m)
    expect(second.stdout).toMatch(/\n1 accounts imported, 1 were there already\.\n$/)
    const after = await exportedRows(env)
    expect(after).toEqual([...before, expect.stringMatching(/^dee@mail\.example,Dee,/)])
  })

  it('writes nothing while a row is refused, and leaves such rows out on request', async () => {
    const env = settingsOf()
    const refusals = join(temporaryFolder(), 'refused.jsonl')
    const file = aFile('some.csv', [
      'email,hash,created',
      `ann@mail.example,${django},`,
      `bob@mail.example,${md5},yesterday`,
      'not-an-address,,',
    ])
    const args = ['users', 'import', file, '--apply', '--refusals', refusals]
    const refused = await runCommand(args, env)
    expect(refused.stdout).toMatch(/^ {2}line 3: hash is of a scheme .*\(nthash or hex_md5\)$/m)
    expect(refused.stdout).toMatch(/^ {2}line 3: created is neither a date/m)
    expect(refused.stdout).toMatch(/^ {2}line 4: email is not an e-mail address$/m)
    expect(refused.stdout).toMatch(/\nNothing was written, because rows are refused\. .*\n$/)
    expect(refused.code).toBe(1)
    expect(existsSync(env.SALLYPORT_DATA_DIR)).toBe(false)
    const lines = readFileSync(refusals, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { line: 3, field: 'hash', rule: 'not_accepted', scheme: 'nthash or hex_md5' },
      { line: 3, field: 'created', rule: 'malformed' },
      { line: 4, field: 'email', rule: 'malformed' },
    ])
    expect(statSync(refusals).mode & 0o777).toBe(0o600)
    const shown = refused.stdout + refused.stderr + lines.join()
    expect(shown).not.toMatch(new RegExp(`${md5}|bob@|not-an-address`))

    const skipped = await runCommand([...args, '--skip-refused'], env)
    expect(skipped.stdout).toMatch(/\n1 accounts imported\.\n$/)
    expect(skipped.code).toBe(0)
  })

  it('shows the first twenty refusals, and how many more broke which rule', async () => {
    const rows = Array.from({ length: 60 }, (_, at) =>
      at % 2 ? `p${at}@mail.example,x` : `p${at},`,
    )
    const file = aFile('bad.csv', ['email,created', ...rows])
    const { stdout, code } = await runCommand(['users', 'import', file], settingsOf())
    expect(stdout.match(/^ {2}line \d+: /gm)).toHaveLength(20)
    expect(stdout).toMatch(/^ {2}… and 20 more: created is neither/m)
    expect(stdout).toMatch(/^ {2}… and 20 more: email is not/m)
    expect(code).toBe(1)
  })

  it('says why it cannot write the refusals', async () => {
    const file = aFile('people.csv', ['email', 'ann@mail.example'])
    const args = ['users', 'import', file, '--refusals', join(file, 'refused.jsonl')]
    const { code, stderr } = await runCommand(args, settingsOf())
    expect(stderr).toMatch(/^sallyport: .*refused\.jsonl cannot be written \(ENOTDIR\)\n$/)
    expect(code).toBe(1)
  })

  it('takes a legacy scheme that is named', async () => {
    const env = { ...settingsOf(), SALLYPORT_PASSWORD_SCHEMES: 'argon2id, import, hex_md5' }
    const file = aFile('md5.csv', ['email,hash', `ann@mail.example,${md5}`])
    const { code, stdout } = await runCommand(['users', 'import', file], env)
    expect(stdout).toMatch(/^hex_md5 +- +1 .*upgraded to argon2id$/m)
    expect(code).toBe(0)
  })

  it.each([
    [['nowhere.csv'], /nowhere\.csv cannot be read \(ENOENT\)/],
    [['people.txt'], /say what the file is by --format/],
    [['--column', 'mail=a', 'x.csv'], /"mail=a" is not FIELD=COLUMN/],
    [['--hash-template', 'x', 'x.csv'], /the hash template needs \{column\} places/],
    [['--format', 'xml', 'x.csv'], /Allowed choices are csv, jsonl/],
    [['--column', 'email=Mail', people], /no column "Mail", only: email, name, hash/],
    [[], /missing required argument 'file'/],
  ])('tells a mistake in the command line, with 2: %j', async (args, message) => {
    const { code, stdout, stderr } = await runCommand(['users', 'import', ...args], settingsOf())
    expect(stderr).toMatch(/^error: /)
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('    at ')
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it('imports 100,000 people in a heap of 96 MiB', async () => {
    const file = await manyPeople(100_000)
    const env = { ...settingsOf(), NODE_OPTIONS: '--max-old-space-size=96' }
    const { code, stdout, stderr } = await runCommand(['users', 'import', file, '--apply'], env)
    expect(stdout).toMatch(/\n100,000 accounts imported\.\n$/)
    expect(stderr).toMatch(/^checking {2}50 % {2}[\d,]+ rows/m)
    expect(stderr).toMatch(/^importing {2}90 % {2}[\d,]+ rows {2}[\d,]+ rows\/s {2}\d+ s left$/m)
    expect(code).toBe(0)
    const report = await runCommand(['passwords', 'report'], env)
    expect(report.stdout).toMatch(/^django_pbkdf2_sha256 +rounds=\d+ +100,000 +100\.0 %/m)
    expect(await exportedRows(env)).toHaveLength(100_000)
  })

  it.each(['SIGKILL', 'SIGINT'] as const)(
    'goes on after %s where it was: everybody is there exactly once',
    async (signal) => {
      const count = 30_000
      const file = await manyPeople(count)
      const env = settingsOf()
      await endedHalfWay(['users', 'import', file, '--apply'], env, signal)
      const half = await exportedRows(env)
      expect(half.length).toBeGreaterThan(0)
      expect(half.length).toBeLessThan(count)
      // Of every batch all is there: no account lacks its password.
      expect(half.filter((row) => !row.includes(django))).toEqual([])

      const { stdout } = await runCommand(['users', 'import', file, '--apply'], env)
      const [, added, present] =
        /\n([\d,]+) accounts imported, ([\d,]+) were there already\.\n$/.exec(stdout) ?? []
      expect(numberOf(present)).toBe(half.length)
      expect(numberOf(added)).toBe(count - half.length)
      const addresses = (await exportedRows(env)).map((row) => row.slice(0, row.indexOf(',')))
      expect(new Set(addresses).size).toBe(count)
      expect(addresses).toHaveLength(count)
    },
  )

  it('imports into PostgreSQL, and again into what is there', async () => {
    const env = { ...settingsOf(), SALLYPORT_DATABASE_URL: await freshPostgresDatabase() }
    const file = await manyPeople(1234)
    const dry = await runCommand(['users', 'import', file], env)
    expect(dry.stdout).toMatch(/^1,234 {2}new$/m)
    const first = await runCommand(['users', 'import', file, '--apply'], env)
    expect(first.stdout).toMatch(/\n1,234 accounts imported\.\n$/)
    const second = await runCommand(['users', 'import', file, '--apply'], env)
    expect(second.stdout).toMatch(/\n0 accounts imported, 1,234 were there already\.\n$/)
    expect(new Set(await exportedRows(env)).size).toBe(1234)
  })
})

describe('sallyport users export', () => {
  const names = ['Ann "the" Lee', 'Lee, Ann', '=1+1', 'Zoë 李小龍 🦊', "O'Brien; \\ <b>", '+49 x']

  it.each(['csv', 'jsonl'])('gives accounts that come back the same, as %s', async (format) => {
    const rows = names.map((name, at) => ({
      email: `P${at}@mail.example`,
      name,
      hash: [django, knownHash('keycloak_pbkdf2').hash, ''][at % 3],
      created: 1_700_000_000_123 + at,
      disabled: at % 2 === 0,
      verified: at % 3 === 0 ? '2024-02-29T12:34:56.789Z' : '',
    }))
    const source = aFile(
      'source.jsonl',
      rows.map((row) => JSON.stringify(row)),
    )
    const [one, other] = [settingsOf(), settingsOf()]
    await runCommand(['users', 'import', source, '--apply'], one)
    const file = join(temporaryFolder(), `people.${format}`)
    const { code, stdout, stderr } = await runCommand(
      ['users', 'export', '--output', file, '--with-hashes'],
      one,
    )
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^warning: whoever has this file can guess.*\n6 accounts exported\.\n$/)
    expect(code).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const again = await runCommand(['users', 'import', file, '--apply'], other)
    expect(again.stdout).toMatch(/\n6 accounts imported\.\n$/)
    expect(await exportedRows(other)).toEqual(await exportedRows(one))
    expect((await exportedRows(other)).join()).toContain('"Ann ""the"" Lee"')
  })

  it('tells no hash unless it is asked to', async () => {
    const env = settingsOf()
    await runCommand(
      ['users', 'import', aFile('a.csv', ['email,hash', `a@b.example,${django}`]), '--apply'],
      env,
    )
    for (const format of ['csv', 'jsonl']) {
      const { stdout, stderr } = await runCommand(['users', 'export', '--format', format], env)
      expect(stdout).toContain('a@b.example')
      expect(stdout).not.toMatch(/hash|pbkdf2/)
      expect(stderr).toBe('1 accounts exported.\n')
    }
  })

  it('is empty where nobody is, and makes nothing', async () => {
    const env = settingsOf()
    const result = await runCommand(['users', 'export'], env)
    const head = 'email,name,created,disabled,verified\n'
    expect(result).toEqual({ code: 0, stdout: head, stderr: 'No accounts yet.\n' })
    expect(existsSync(env.SALLYPORT_DATA_DIR)).toBe(false)
  })

  it('leaves no half-written file, and says why it cannot write', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    const output = join(folder, 'file', 'people.csv')
    const { code, stderr } = await runCommand(['users', 'export', '--output', output], settingsOf())
    expect(stderr).toMatch(/^sallyport: .*people\.csv cannot be written \(ENOTDIR\)\n$/)
    expect(code).toBe(1)
    expect(readdirSync(folder)).toEqual(['file'])
  })
})

describe('sallyport passwords report', () => {
  it('counts by scheme, cost and key, and says what the next sign-in does', async () => {
    const env = settingsOf()
    const argon2id = knownHash('argon2id').hash
    const people = aFile('people.csv', [
      'email,hash',
      ...[0, 1, 2].map((at) => `a${at}@b.example,"${argon2id}"`),
      ...[3, 4].map((at) => `a${at}@b.example,${django}`),
      'a5@b.example,',
      `a6@b.example,"$keyed$k=2026${argon2id}"`,
    ])
    const peppered = { SALLYPORT_PASSWORD_PEPPER: '2026:kR7vB2mXq9TzL4wNs8JcE3hYd6PfUa1G' }
    await runCommand(['users', 'import', people, '--apply'], { ...env, ...peppered })

    const { stdout, code } = await runCommand(['passwords', 'report'], { ...env, ...peppered })
    expect(stdout).toMatch(/^argon2id +memory=65536,passes=2,lanes=1 +- +3 +42\.9 % .*upgraded/m)
    expect(stdout).toMatch(/^argon2id +memory=65536,passes=2,lanes=1 +2026 +1 +14\.3 % .*kept$/m)
    expect(stdout).toMatch(/^\(no password\) +- +- +1 .*no sign-in by password$/m)
    expect(stdout).toMatch(/\n7 accounts\n$/)
    expect(code).toBe(0)

    const strict = { ...env, SALLYPORT_PASSWORD_SCHEMES: 'argon2id' }
    const later = await runCommand(['passwords', 'report'], strict)
    expect(later.stdout).toMatch(
      /^django_pbkdf2_sha256 .*REFUSED: not in SALLYPORT_PASSWORD_SCHEMES$/m,
    )
    expect(later.stdout).toMatch(
      /^\(unknown\) .*REFUSED: its key is not in SALLYPORT_PASSWORD_PEPPER$/m,
    )
    expect(later.stdout).toMatch(/\n3 of them cannot sign in with their password\.\n$/)
  })

  it('has nothing to say where nobody is', async () => {
    const result = await runCommand(['passwords', 'report'], settingsOf())
    expect(result).toEqual({ code: 0, stdout: 'No accounts yet.\n', stderr: '' })
  })
})

describe('sallyport passwords calibrate', () => {
  it('measures, and recommends a setting that can be used as it stands', async () => {
    const quick = ['passwords', 'calibrate', '--target', '1ms']
    const { code, stdout } = await runCommand(quick, { SALLYPORT_HASH_THREADS: '1' })
    expect(stdout).toMatch(/^argon2id on 1 threads; a sign-in may take 1 ms\.$/m)
    expect(stdout).toMatch(
      /^memory=19456,passes=2,lanes=1 +█{30} +[\d.]+ ms alone +[\d.]+ ms busy {2}too slow$/m,
    )
    expect(stdout).toMatch(/^Even the default is slower than that/m)
    expect(stdout).toMatch(
      /makes [\d.]+ sign-ins per second,\nand hashing needs 19 MiB .*1 × 19 MiB/,
    )
    expect(code).toBe(0)
    const [, setting] = /^SALLYPORT_PASSWORD_COST=(.+)$/m.exec(stdout) ?? []
    const config = await runCommand(['config'], { SALLYPORT_PASSWORD_COST: setting ?? '' })
    expect(config.code).toBe(0)
  })

  it.each(['0ms', '2m', 'fast'])('refuses the target %s, with 2', async (target) => {
    const { code, stderr } = await runCommand(['passwords', 'calibrate', '--target', target])
    expect(stderr).toMatch(/^error: .*It is a time from 1ms to 60s/)
    expect(code).toBe(2)
  })
})

describe.each(['users', 'passwords'])('sallyport %s', (command) => {
  it('explains itself', async () => {
    const { code, stdout, stderr } = await runCommand([command])
    expect(stdout).toMatch(/^Usage: sallyport /)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect((await runCommand([command, 'nonsense'])).code).toBe(2)
  })
})

/** Ends the command by a signal when it has imported some. */
async function endedHalfWay(
  args: string[],
  env: Record<string, string>,
  signal: 'SIGKILL' | 'SIGINT',
): Promise<void> {
  const child = spawn(process.execPath, commandLine(...args), {
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onCleanUp(() => child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  let isTold = false
  child.stdout.on('data', (text: Buffer) => {
    stdout += text
  })
  child.stderr.on('data', (text: Buffer) => {
    stderr += text
    // A second one would end it without a word.
    if (/^importing {2}20 %/m.test(stderr) && !isTold) isTold = child.kill(signal)
  })
  await once(child, 'close')
  if (signal === 'SIGKILL') return
  expect(stdout).toMatch(/accounts imported\.\nInterrupted\. Run the same command again/)
  expect(child.exitCode).toBe(130)
}

function numberOf(text = ''): number {
  return Number(text.replaceAll(',', ''))
}
