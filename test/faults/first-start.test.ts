import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/clean-up.ts'
import {
  aPerson,
  type Credential,
  credentialOf,
  me,
  register,
  send,
  sendForm,
  sendJson,
  signIn,
} from '../support/client.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

/** Of a line of the log. */
const warning = 40

let server: ServerProcess
let folder: string

beforeAll(async () => {
  const parent = temporaryFolder()
  folder = join(parent, 'made/at/first/start')
  const env = {
    SALLYPORT_DATA_DIR: folder,
    SALLYPORT_LOG_LEVEL: 'debug',
    // Without limits there would be a warning.
    SALLYPORT_LIMITS: 'registration=off, sign_in=1000/1m, password=1000/1m',
  }
  server = await startServer({ dataDir: parent, env })
})

describe('the first start', () => {
  it('makes a folder and files that only their owner can read', async () => {
    expect((await register(server.url, aPerson())).status).toBe(201)
    expect(modeOf(folder)).toBe('700')
    const files = readdirSync(folder)
    expect(files).toEqual(expect.arrayContaining(['master.key', 'sallyport.db']))
    expect(files.map((name) => `${name} ${modeOf(join(folder, name))}`)).toEqual(
      files.map((name) => `${name} 600`),
    )
  })

  it('says in a short block where to go, where the data lies and what is in force', () => {
    const lines = server.stdout.split('\n').filter((line) => line !== '')
    expect(lines).toEqual([
      expect.stringMatching(/^Sallyport \d+\.\d+\.\d+ is ready$/),
      `  Open       ${server.named}`,
      `  Health     ${server.managementUrl}/health/ready`,
      `  Data       ${folder}`,
      `  Database   ${join(folder, 'sallyport.db')}`,
      '  Sessions   in the database; end after 30m without use, 24h after sign-in at the latest',
      '  Passwords  policy strength: at least 12 characters',
      expect.stringMatching(
        /^ {2}Hashing {4}argon2id memory=19456,passes=2,lanes=1 on \d+ threads?: \d+ MiB at most$/,
      ),
    ])
  })

  it('adds each warning of the configuration to the block, and to the log', async () => {
    const other = await startServer({
      env: {
        SALLYPORT_URL: 'http://id.example.com',
        SALLYPORT_ALLOW_INSECURE_HTTP: 'true',
        SALLYPORT_TRUSTED_PROXIES: '0.0.0.0/0',
        SALLYPORT_LIMITS: '',
      },
    })
    const shown = other.stdout.match(/(?<=^ {2}Warning {4}).*/gm)
    await other.stop()
    const logged = linesOf(other.stderr).filter(({ level }) => level === warning)
    expect(shown).toEqual([
      expect.stringMatching(/the public address is http: .*\(SALLYPORT_URL\)$/),
      expect.stringMatching(/every address is a trusted proxy, .*\(SALLYPORT_TRUSTED_PROXIES\)$/),
      expect.stringMatching(/^POST \/token takes passwords: .*\(SALLYPORT_PASSWORD_GRANT=false/),
    ])
    expect(logged.map(({ msg }) => msg)).toEqual(shown)
  })
})

describe('a restart', () => {
  it('keeps accounts, sessions and the key', async () => {
    const person = aPerson()
    await register(server.url, person)
    const credential = credentialOf(await signIn(server.url, person))
    const key = readFileSync(join(folder, 'master.key'), 'utf8')
    await server.restart()
    expect((await me(server.url, credential)).status).toBe(200)
    expect((await signIn(server.url, person)).status).toBe(200)
    expect(readFileSync(join(folder, 'master.key'), 'utf8')).toBe(key)
  })
})

describe('a whole run', () => {
  it('writes no password, token, cookie, hash or key to stdout or the log, which is all JSON', async () => {
    const secrets = await liveAWholeLife(server.url)
    expect(await server.stop()).toBe(0)

    const lines = linesOf(server.stderr)
    expect(lines.filter(({ msg }) => msg === 'request').length).toBeGreaterThan(15)
    expect(lines.every(({ level, time }) => level > 0 && time > 0)).toBe(true)
    secrets.push(readFileSync(join(folder, 'master.key'), 'utf8').trim(), '$argon2id$')
    expect(secrets.every((secret) => secret.length >= 10)).toBe(true)
    const written = server.stdout + server.stderr
    expect(secrets.filter((secret) => written.includes(secret))).toEqual([])
    expect(written).not.toMatch(/(?:ses|brr)_[\w-]{20}/)
  })
})

/** Everything that people and programs do, right and wrong. Gives what nobody may find afterwards. */
async function liveAWholeLife(url: string): Promise<string[]> {
  const person = aPerson()
  const typo = `wrong horse ${aPerson().password}`
  await register(url, person)
  await register(url, person)
  await register(url, { ...aPerson(), password: typo.slice(-11) })
  await signIn(url, { ...person, password: typo })
  const byCookie = credentialOf(await signIn(url, person))
  const byBearer = credentialOf(await signIn(url, person, 'bearer'))
  const byForm = credentialOf(
    await sendForm(`${url}/login`, { email: person.email, password: person.password }),
  )
  const tokens = [byCookie, byBearer, byForm].map(tokenIn)
  const { body } = await send(`${url}/dashboard`, { headers: byForm })
  const csrfToken = /name="csrf_token" value="([^"]+)"/.exec(body)?.[1] ?? ''

  await me(url, byCookie)
  await me(url, byBearer)
  await send(`${url}/me?token=${tokens[0]}`)
  await send(`${url}/${tokens[0]}`)
  await send(`${url}/login?next=/${tokens[0]}`, { headers: { referer: `${url}/${tokens[0]}` } })
  await sendJson(`${url}/login`, { email: typo, password: person.password, transport: typo })
  await sendForm(`${url}/login`, { email: person.email, password: typo, [typo]: typo })
  const type = { 'content-type': 'application/json' }
  await send(`${url}/login`, { method: 'POST', headers: type, body: `{"password":"${typo}` })
  await send(`${url}/login`, { method: 'POST', headers: { 'content-type': typo }, body: typo })
  await sendForm(`${url}/logout`, { csrf_token: csrfToken }, byForm)
  await sendJson(`${url}/logout`, {}, byCookie)
  await sendJson(`${url}/logout`, {}, byBearer)
  await me(url, byBearer)
  return [person.password, typo, typo.slice(-11), csrfToken, ...tokens]
}

function tokenIn(credential: Credential): string {
  return Object.values(credential)[0]?.replace(/^\S+[= ]/, '') ?? ''
}

function linesOf(log: string): { level: number; time: number; msg: string }[] {
  return log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}
