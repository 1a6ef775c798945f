import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { beforeAll, expect, it } from 'vitest'
import { cleanEnvironment, commandLine } from '../support/command.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

const run = promisify(execFile)
let server: ServerProcess

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function audit(...args: string[]): Promise<Said> {
  const env = cleanEnvironment({ SALLYPORT_DATA_DIR: server.dataDir })
  try {
    const { stdout, stderr } = await run(process.execPath, commandLine('audit', ...args), { env })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}

function altered(sql: string): void {
  const database = new DatabaseSync(join(server.dataDir, 'sallyport.db'), { timeout: 5000 })
  database.exec(sql)
  database.close()
}

const hostile = '=HYPERLINK("http://x")\u001b[31m'
const ann = { email: 'ann@example.com', password: 'correct horse battery staple', full_name: 'Ann' }

beforeAll(async () => {
  server = await startServer()
  const headers = { 'content-type': 'application/json' }
  const post = (path: string, body: object, agent = 'curl/8.9') =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { ...headers, 'user-agent': Buffer.from(agent).toString('latin1') },
      body: JSON.stringify(body),
    })
  await post('/register', ann)
  await post('/login', { ...ann, password: 'not the password' }, '=1+1')
  await post('/login', ann)
})

it('shows the last entries, and with --json what programs can read', async () => {
  const { out } = await audit('tail')
  expect(out.split('\n').map((line) => line.trim().split(/\s{2,}/)[2])).toEqual([
    'key.rotated',
    'server.started',
    'account.registered',
    'login.refused',
    'login.succeeded',
    undefined,
  ])
  const lines = (await audit('tail', '--lines', '2', '--json')).out.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).type)).toEqual(['login.refused', 'login.succeeded'])
})

it('finds by account, type, time and address, and says so when there is nothing', async () => {
  const refused = await audit('search', '--account', ann.email, '--type', 'login.refused', '--json')
  expect(refused.out.trim().split('\n')).toHaveLength(1)
  const nothing = await audit('search', '--address', '203.0.113.9', '--since', '2026-01-01')
  expect([nothing.code, nothing.out, nothing.err]).toEqual([0, '', 'Nothing found.\n'])
})

it.each([
  [['search', '--type', 'nonsense'], 2],
  [['search', '--since', 'yesterday'], 2],
  [['tail', '--lines', '0'], 2],
  [['verify', '--expect', '1'], 2],
  [['search', '--account', 'nobody@example.com'], 1],
])('refuses %j with exit code %i and a line that says why', async (args, code) => {
  const said = await audit(...args)
  expect([said.code, said.out]).toEqual([code, ''])
  expect(said.err).not.toMatch(/\n\s+at /)
})

it('exports CSV in which no text begins a formula, and JSON lines that are all there is', async () => {
  const csv = (await audit('export', '--format', 'csv')).out.trim().split('\n')
  expect(csv[0]).toBe('seq,at,type,outcome,actor,subject,session,address,agent,details,hash')
  expect(csv.find((line) => line.includes('login.refused'))).toContain(",'=1+1,")
  const json = await audit('export')
  expect(json.out.trim().split('\n')).toHaveLength(5)
  expect(json.err).toBe('5 entries exported.\n')
})

it('proves the trail while the server runs, with an anchor that was kept', async () => {
  const { code, out } = await audit('verify')
  expect([code, out]).toEqual([0, expect.stringContaining('Nothing was altered')])
  const anchor = /Last entry: (\S+)/.exec(out)?.[1] as string
  expect((await audit('verify', '--expect', anchor)).code).toBe(0)
  const forged = `${anchor.split(':')[0]}:${'A'.repeat(43)}`
  expect(await audit('verify', '--expect', forged)).toMatchObject({ code: 1 })
})

it('moves no cursor with what a client has sent', async () => {
  altered(`update audit_entries set agent = '${hostile}' where seq = 4`)
  const { out } = await audit('tail')
  expect(out).not.toContain('\u001b')
})

it('finds what was altered and what is missing, and says where, with exit code 1', async () => {
  const edited = await audit('verify')
  expect(edited.code).toBe(1)
  expect(edited.out).toContain('Entry 4 is not as it was written')
  altered('delete from audit_entries where seq = 3')
  expect((await audit('verify')).out).toContain('Entry 3 is missing.')
})
