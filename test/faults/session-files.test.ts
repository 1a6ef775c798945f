import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { me, signIn, someoneSignedIn } from '../support/client.ts'
import { findProgram, needed } from '../support/programs.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { startsOf } from './health.ts'
import { processIn } from './process-in.ts'

const env = { SALLYPORT_SESSION_STORE: 'filesystem' }

it('says 503 when the disk takes no more sessions, knows who is signed in, and goes on when there is room', async () => {
  const server = await startServer({ env })
  const { person, credential } = await someoneSignedIn(server.url)
  const before = filesIn(server)
  limitFiles(server, '100')
  const refused = await signIn(server.url, person)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(JSON.parse(refused.body).code).toBe('store_unavailable')
  expect((await me(server.url, credential)).status).toBe(200)
  expect(filesIn(server)).toEqual(before)

  limitFiles(server, 'unlimited')
  expect((await signIn(server.url, person)).status).toBe(200)
  expect(startsOf(server)).toBe(1)
})

it('knows after a kill who was signed in', async () => {
  const server = await startServer({ env })
  const { credential } = await someoneSignedIn(server.url)
  await server.kill()
  await server.start()
  expect((await me(server.url, credential)).status).toBe(200)
})

it('says where sessions are kept when it starts', async () => {
  const server = await startServer({ env })
  expect(server.stdout).toMatch(/^ {2}Sessions {3}in files; end after 30m/m)
})

function filesIn({ dataDir }: ServerProcess): string[] {
  const entries = readdirSync(`${dataDir}/sessions`, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

/** To a program, a file that may not grow is a disk that is full; unlike one, it needs no root. */
function limitFiles({ dataDir }: ServerProcess, bytes: string): void {
  const prlimit = needed(findProgram('prlimit'), 'util-linux')
  execFileSync(prlimit, [`--pid=${processIn(dataDir)}`, `--fsize=${bytes}:unlimited`])
}
