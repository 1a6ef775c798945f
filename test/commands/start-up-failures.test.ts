import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { onCleanUp, temporaryFolder } from '../support/clean-up.ts'
import { runCommand } from '../support/command.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres } from '../support/postgres.ts'

interface Failure {
  readonly title: string
  /** Breaks something, and gives the settings to start with. */
  readonly prepare: () => Settings | Promise<Settings>
  /** The lines on stderr, each without `sallyport: `. */
  readonly says: readonly (string | RegExp)[]
}

type Settings = Record<string, string>

const longest = 60_000
const soon = 15_000

const folders: Failure[] = [
  {
    title: 'a data folder where nobody may make folders',
    prepare: () => ({ SALLYPORT_DATA_DIR: '/proc/sallyport' }),
    says: [/^the data folder \/proc\/sallyport cannot be used \((ENOENT|EACCES|EPERM)\)$/],
  },
  {
    title: 'a data folder below a file',
    prepare: () => ({ SALLYPORT_DATA_DIR: '/dev/null/sallyport' }),
    says: ['the data folder /dev/null/sallyport cannot be used (ENOTDIR)'],
  },
  {
    title: 'a data folder that is a file',
    prepare: () => {
      const file = join(temporaryFolder(), 'file')
      writeFileSync(file, '')
      return { SALLYPORT_DATA_DIR: file }
    },
    says: [/^the data folder \/\S+\/file cannot be used \(\w+\)$/],
  },
  {
    title: 'a database without its master key',
    prepare: async () => {
      const folder = await usedFolder()
      rmSync(join(folder, 'master.key'))
      return { SALLYPORT_DATA_DIR: folder }
    },
    says: [
      /^\/\S+\/master\.key is missing although there is a database: restore it from a backup, or give the key as SALLYPORT_SECRET$/,
    ],
  },
  {
    title: 'a damaged master key',
    prepare: async () => {
      const folder = await usedFolder()
      writeFileSync(join(folder, 'master.key'), 'half a ke')
      return { SALLYPORT_DATA_DIR: folder }
    },
    says: [/^\/\S+\/master\.key is damaged$/],
  },
  {
    title: 'a database file that is no database',
    prepare: async () => {
      const folder = await usedFolder()
      rmSync(join(folder, 'sallyport.db-wal'), { force: true })
      writeFileSync(join(folder, 'sallyport.db'), 'a diary, '.repeat(1000))
      return { SALLYPORT_DATA_DIR: folder }
    },
    says: ['the SQLite database cannot be used (file is not a database)'],
  },
  {
    title: 'a folder in the place of the database file, as a wrong volume makes one',
    prepare: () => {
      const folder = temporaryFolder()
      mkdirSync(join(folder, 'sallyport.db'))
      return { SALLYPORT_DATA_DIR: folder, SALLYPORT_SECRET: 'kR7vB2mXq9TzL4wNs8JcE3hYd6PfUa1G' }
    },
    says: [/cannot be used|cannot be opened/],
  },
  {
    title: 'a database of a newer version',
    prepare: async () => {
      const folder = await usedFolder()
      const database = new DatabaseSync(join(folder, 'sallyport.db'))
      database.exec(`insert into sallyport_migrations values ('9999-future', 'x', 0)`)
      database.close()
      return { SALLYPORT_DATA_DIR: folder }
    },
    says: [
      'the database was migrated by a newer version (9999-future); start that version, or restore a backup',
    ],
  },
]

const ports: Failure[] = [
  {
    title: 'a port in use',
    prepare: async () => ({ SALLYPORT_PORT: await takenPort() }),
    says: [
      /^port \d+ on 127\.0\.0\.1 is in use by another program; choose one with SALLYPORT_PORT$/,
    ],
  },
  {
    title: 'a management port in use',
    prepare: async () => ({ SALLYPORT_MANAGEMENT_PORT: await takenPort() }),
    says: [
      /^port \d+ on 127\.0\.0\.1 is in use by another program; choose one with SALLYPORT_MANAGEMENT_PORT$/,
    ],
  },
  {
    title: 'one port for both',
    prepare: async () => {
      const port = String(await freePort())
      return { SALLYPORT_PORT: port, SALLYPORT_MANAGEMENT_PORT: port }
    },
    says: [/^(port \d+ .* is in use|.*MANAGEMENT_PORT)/],
  },
  {
    title: 'an address that this machine does not have',
    prepare: () => ({ SALLYPORT_HOST: '192.0.2.1', SALLYPORT_URL: 'https://id.example.com' }),
    says: [/^cannot listen on 192\.0\.2\.1 port \d+ \(EADDRNOTAVAIL\)$/],
  },
]

const configurations: Failure[] = [
  {
    title: 'a setting that there is not, with the one that was meant',
    prepare: () => ({ SALLYPORT_SESION_IDLE: '10m' }),
    says: ['SALLYPORT_SESION_IDLE is not a setting; did you mean SALLYPORT_SESSION_IDLE?'],
  },
  {
    title: 'an http address for the world',
    prepare: () => ({ SALLYPORT_URL: 'http://id.example.com' }),
    says: [/^SALLYPORT_URL must be https, .* SALLYPORT_ALLOW_INSECURE_HTTP=true accepts that$/],
  },
  {
    title: 'a secret that is given twice',
    prepare: () => ({
      SALLYPORT_SECRET: 'kR7vB2mXq9TzL4wNs8JcE3hYd6PfUa1G',
      SALLYPORT_SECRET_FILE: '/dev/null',
    }),
    says: ['SALLYPORT_SECRET is given twice, as text and as file'],
  },
  {
    title: 'a secret file that is not there',
    prepare: () => ({ SALLYPORT_SECRET_FILE: '/nowhere/secret' }),
    says: ['SALLYPORT_SECRET_FILE names a file that cannot be read (ENOENT)'],
  },
  {
    title: 'a configuration file that is not there',
    prepare: () => ({ SALLYPORT_CONFIG_FILE: '/nowhere/settings' }),
    says: ['SALLYPORT_CONFIG_FILE names a file that cannot be read (ENOENT)'],
  },
  {
    title: 'several mistakes, all of them at once',
    prepare: () => ({
      SALLYPORT_PORT: '70000',
      SALLYPORT_SECRET: 'short',
      SALLYPORT_SESSION_IDLE: '2h',
      SALLYPORT_SESSION_LIFETIME: '1h',
    }),
    says: [
      /^SALLYPORT_PORT must be a whole number from 1 to 65535$/,
      /^SALLYPORT_SECRET must be a random text of at least 32 characters/,
      'SALLYPORT_SESSION_IDLE must not be longer than SALLYPORT_SESSION_LIFETIME',
    ],
  },
]

const databases: Failure[] = [
  {
    title: 'a PostgreSQL that is not there',
    prepare: async () => ({
      SALLYPORT_DATABASE_URL: `postgres://app:hidden@127.0.0.1:${await freePort()}/app`,
    }),
    says: [/^the PostgreSQL database does not answer \(connect ECONNREFUSED \S+\)$/],
  },
  {
    title: 'a PostgreSQL that takes connections and never says a word',
    prepare: async () => ({
      SALLYPORT_DATABASE_URL: `postgres://app:hidden@127.0.0.1:${await takenPort()}/app`,
    }),
    says: [/^the PostgreSQL database does not answer \(.*timeout.*\)$/i],
  },
  {
    title: 'a PostgreSQL that does not know the password',
    prepare: async () => {
      const url = new URL((await startPostgres()).url)
      url.password = 'hidden'
      return { SALLYPORT_DATABASE_URL: url.href }
    },
    says: [/password authentication failed/],
  },
  {
    title: 'a PostgreSQL without the database',
    prepare: async () => {
      const url = new URL((await startPostgres()).url)
      url.pathname = 'nowhere'
      return { SALLYPORT_DATABASE_URL: url.href }
    },
    says: [/database "nowhere" does not exist/],
  },
]

/** Each of them fails: it is said once. */
const workers: Failure[] = [
  {
    title: 'a port in use',
    prepare: async () => ({ SALLYPORT_WORKERS: '3', SALLYPORT_PORT: await takenPort() }),
    says: [
      /^port \d+ on 127\.0\.0\.1 is in use by another program; choose one with SALLYPORT_PORT$/,
    ],
  },
  {
    title: 'a management port in use',
    prepare: async () => ({ SALLYPORT_WORKERS: '3', SALLYPORT_MANAGEMENT_PORT: await takenPort() }),
    says: [
      /^port \d+ on 127\.0\.0\.1 is in use by another program; choose one with SALLYPORT_MANAGEMENT_PORT$/,
    ],
  },
  {
    title: 'a data folder below a file',
    prepare: () => ({ SALLYPORT_WORKERS: '3', SALLYPORT_DATA_DIR: '/dev/null/sallyport' }),
    says: ['the data folder /dev/null/sallyport cannot be used (ENOTDIR)'],
  },
  {
    title: 'a session store that only they open, and cannot',
    prepare: () => {
      const folder = temporaryFolder()
      writeFileSync(join(folder, 'sessions'), '')
      return {
        SALLYPORT_WORKERS: '3',
        SALLYPORT_DATA_DIR: folder,
        SALLYPORT_SESSION_STORE: 'filesystem',
      }
    },
    says: [/^the data folder \/\S+\/sessions cannot be used \(\w+\)$/],
  },
  {
    title: 'sessions in the memory of each',
    prepare: () => ({ SALLYPORT_WORKERS: '2', SALLYPORT_SESSION_STORE: 'memory' }),
    says: [/^SALLYPORT_SESSION_STORE must not be memory with more than one worker/],
  },
  {
    title: 'a number of them that cannot be',
    prepare: () => ({ SALLYPORT_WORKERS: '0' }),
    says: ['SALLYPORT_WORKERS must be a whole number from 1 to 128, or auto'],
  },
]

describe.each([
  { kind: 'workers', failures: workers },
  { kind: 'folder', failures: folders },
  { kind: 'port', failures: ports },
  { kind: 'configuration', failures: configurations },
  { kind: 'database', failures: databases },
])('the server does not start, and says why in one line ($kind):', ({ failures }) => {
  it.each(failures)('$title', { timeout: longest }, async ({ prepare, says }) => {
    const settings = {
      SALLYPORT_PORT: String(await freePort()),
      SALLYPORT_MANAGEMENT_PORT: String(await freePort()),
      ...(await prepare()),
    }
    const start = performance.now()
    const { code, stdout, stderr } = await runCommand(['serve'], settings)
    expect(performance.now() - start).toBeLessThan(soon)
    expect(stderr).not.toMatch(/ {4}at |hidden|kR7vB2mXq9/)
    const lines = stderr
      .trimEnd()
      .split('\n')
      .filter((line) => !isOfTrail(line))
    expect(lines.map((line) => line.replace(/^sallyport: /, ''))).toEqual(
      says.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))),
    )
    expect(lines.every((line) => line.startsWith('sallyport: '))).toBe(true)
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })
})

/** The first key was made before anything was wrong. */
function isOfTrail(line: string): boolean {
  return line.startsWith('{') && JSON.parse(line).audit?.type === 'key.rotated'
}

/** A folder in which a server has been before. */
async function usedFolder(): Promise<string> {
  const folder = temporaryFolder()
  const { code } = await runCommand(['migrate'], { SALLYPORT_DATA_DIR: folder })
  expect(code).toBe(0)
  return folder
}

async function takenPort(): Promise<string> {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  onCleanUp(() => server.close())
  return String(port)
}
