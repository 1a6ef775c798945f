import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { migrations } from '../../src/stores/sql/migrations/index.ts'
import { temporaryFolder } from '../support/clean-up.ts'
import { someoneSignedIn } from '../support/client.ts'
import { runCommand } from '../support/command.ts'
import { freePort } from '../support/ports.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { startServer } from '../support/server-process.ts'

const ids = migrations.map(({ id }) => id)

const secret = 'kR7vB2mXq9TzL4wNs8JcE3hYd6PfUa1G'

describe('sallyport config', () => {
  it('shows each setting with its value and its source, and no secret', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'settings')
    writeFileSync(file, 'SALLYPORT_SESSION_IDLE=10m\nSALLYPORT_PORT=8100\n')
    const { code, stdout, stderr } = await runCommand(['--config', file, 'config'], {
      SALLYPORT_PORT: '8200',
      SALLYPORT_SECRET: secret,
      SALLYPORT_DATABASE_URL: 'postgres://app:hidden@127.0.0.1/app',
    })
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/))
    expect(rows).toContainEqual(['SALLYPORT_PORT', '8200', 'environment'])
    expect(rows).toContainEqual(['SALLYPORT_SESSION_IDLE', '10m', 'file'])
    expect(rows).toContainEqual(['SALLYPORT_SESSION_LIFETIME', '24h', 'default'])
    expect(rows).toContainEqual(['SALLYPORT_SECRET', '(secret)', 'environment'])
    expect(rows).toContainEqual(['SALLYPORT_DATABASE_URL', '(secret)', 'environment'])
    expect(stdout + stderr).not.toMatch(/hidden|kR7vB2mXq9/)
    expect(code).toBe(0)
  })

  it('repeats the warnings, and is not put off by them', async () => {
    const { code, stderr } = await runCommand(['config'], { SALLYPORT_HOST: '0.0.0.0' })
    expect(stderr).toMatch(/^warning: other machines can connect, .*\(SALLYPORT_URL\)\n$/)
    expect(code).toBe(0)
  })

  it('fails like the server where the server would', async () => {
    const { code, stdout, stderr } = await runCommand(['config'], { SALLYPORT_PORT: 'http' })
    expect(stderr).toBe('sallyport: SALLYPORT_PORT must be a whole number from 1 to 65535\n')
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })
})

describe.each([
  { engine: 'SQLite', database: async () => ({}) },
  {
    engine: 'PostgreSQL',
    database: async () => ({ SALLYPORT_DATABASE_URL: await freshPostgresDatabase() }),
  },
])('sallyport migrate on $engine', ({ database }) => {
  it('prepares a database for a server that may not do so itself', async () => {
    const dataDir = temporaryFolder()
    const settings = {
      SALLYPORT_DATA_DIR: dataDir,
      SALLYPORT_MIGRATIONS: 'manual',
      SALLYPORT_PORT: String(await freePort()),
      SALLYPORT_MANAGEMENT_PORT: String(await freePort()),
      ...(await database()),
    }
    const refused = await runCommand(['serve'], settings)
    expect(refused.stderr).toBe(
      `sallyport: the database lacks ${ids.length} migration(s); run \`sallyport migrate\` first\n`,
    )
    expect(refused.code).toBe(1)

    const before = await runCommand(['migrate', 'status'], settings)
    expect(before).toEqual({
      code: 3,
      stdout: `${ids.map((id) => `pending  ${id}`).join('\n')}\n`,
      stderr: '',
    })
    const first = await runCommand(['migrate'], settings)
    expect(first).toEqual({
      code: 0,
      stdout: `${ids.map((id) => `applied  ${id}`).join('\n')}\n${ids.length} applied.\n`,
      stderr: '',
    })
    const second = await runCommand(['migrate'], settings)
    expect(second).toEqual({ code: 0, stdout: 'The database is up to date.\n', stderr: '' })
    const after = await runCommand(['migrate', 'status'], settings)
    const lines = after.stdout.trimEnd().split('\n')
    expect(lines).toEqual(
      ids.map((id) =>
        expect.stringMatching(`^applied {2}${id} {2}20\\d\\d-\\d\\d-\\d\\dT[\\d:.]+Z$`),
      ),
    )
    expect(after.code).toBe(0)

    const { SALLYPORT_PORT, SALLYPORT_MANAGEMENT_PORT, ...env } = settings
    const server = await startServer({ dataDir, env })
    await someoneSignedIn(server.url)
    expect(await server.stop()).toBe(0)
  })
})

describe('sallyport migrate', () => {
  it('in an empty folder, makes the key as well that the server then uses', async () => {
    const dataDir = temporaryFolder()
    await runCommand(['migrate'], { SALLYPORT_DATA_DIR: dataDir })
    const key = readFileSync(join(dataDir, 'master.key'), 'utf8')
    const server = await startServer({ dataDir })
    await someoneSignedIn(server.url)
    expect(readFileSync(join(dataDir, 'master.key'), 'utf8')).toBe(key)
  })

  it('works while the server runs', async () => {
    const { dataDir } = await startServer()
    const env = { SALLYPORT_DATA_DIR: dataDir }
    expect((await runCommand(['migrate'], env)).stdout).toBe('The database is up to date.\n')
  })
})

describe('sallyport', () => {
  it('prints a new secret that it takes itself, another one each time', async () => {
    const [one, other] = await Promise.all([runCommand(['secret']), runCommand(['secret'])])
    expect(one.stdout).toMatch(/^[A-Za-z0-9_-]{43}\n$/)
    expect(other.stdout).not.toBe(one.stdout)
    const { code } = await runCommand(['config'], { SALLYPORT_SECRET: one.stdout.trim() })
    expect(code).toBe(0)
  })

  it('tells its version', async () => {
    const manifest = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')
    const { version } = JSON.parse(manifest)
    expect(await runCommand(['--version'])).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    })
  })

  it('explains every command', async () => {
    const { code, stdout, stderr } = await runCommand(['--help'])
    for (const command of ['serve', 'config', 'users', 'passwords', 'migrate', 'secret']) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b.* {2}\\w`, 'm'))
    }
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const migrate = await runCommand(['migrate', '--help'])
    expect(migrate.stdout).toContain('status')
    expect(migrate.code).toBe(0)
  })

  it.each(['surve', '--prot', 'migrate statsu', 'secret more'])(
    'refuses what it does not know, with 2: %s',
    async (line) => {
      const { code, stdout, stderr } = await runCommand(line.split(' '))
      expect(stderr).toMatch(/^error: .+\n/)
      expect(stderr).not.toContain('    at ')
      expect(stdout).toBe('')
      expect(code).toBe(2)
    },
  )
})
