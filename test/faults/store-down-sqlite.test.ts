import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { aPerson, me, register, signIn, someoneSignedIn } from '../support/client.ts'
import { findProgram, needed } from '../support/programs.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { liveness, startsOf, untilReadinessIs } from './health.ts'
import { longestWait } from './outage.ts'
import { processIn } from './process-in.ts'

it('says 503 while another program keeps the database locked, and goes on when it lets go', async () => {
  const server = await startServer()
  const { person, credential } = await someoneSignedIn(server.url)
  const newcomer = aPerson()
  const unlock = lock(server)
  const { status, headers, body, took } = await register(server.url, newcomer)
  unlock()
  expect(status).toBe(503)
  expect(headers.get('retry-after')).toBe('1')
  expect(JSON.parse(body).code).toBe('store_unavailable')
  expect(took).toBeLessThan(longestWait)

  expect((await register(server.url, newcomer)).status).toBe(201)
  expect((await signIn(server.url, person)).status).toBe(200)
  expect((await me(server.url, credential)).status).toBe(200)
})

it('waits for another program that writes only for a moment', async () => {
  const server = await startServer()
  const unlock = lock(server)
  setTimeout(unlock, 500)
  expect((await register(server.url, aPerson())).status).toBe(201)
})

it('still answers session checks and probes while several writers wait for a locked database', async () => {
  const server = await startServer()
  const { credential } = await someoneSignedIn(server.url)
  const unlock = lock(server)
  const writers = Array.from({ length: 4 }, () => register(server.url, aPerson()))
  await Promise.race([...writers, new Promise((resolve) => setTimeout(resolve, 500))])
  const start = performance.now()
  expect((await me(server.url, credential)).status).toBe(200)
  expect(await liveness(server)).toBe(200)
  expect(performance.now() - start).toBeLessThan(3000)
  const answers = await Promise.all(writers)
  unlock()
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503])
  expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(longestWait)
})

it('says 503 when the disk takes no more, still knows who is signed in, and goes on when there is room', async () => {
  const server = await startServer()
  const { person, credential } = await someoneSignedIn(server.url)
  const newcomer = aPerson()
  limitFiles(server, '4096')
  for (const answer of [await register(server.url, newcomer), await signIn(server.url, person)]) {
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(JSON.parse(answer.body).code).toBe('store_unavailable')
  }
  expect((await me(server.url, credential)).status).toBe(200)

  limitFiles(server, 'unlimited')
  await untilReadinessIs(200, server)
  expect((await register(server.url, newcomer)).status).toBe(201)
  expect((await signIn(server.url, person)).status).toBe(200)
  expect(startsOf(server)).toBe(1)
})

/** As a backup or a shell does that forgets to end its transaction. */
function lock({ dataDir }: ServerProcess): () => void {
  const other = new DatabaseSync(join(dataDir, 'sallyport.db'))
  other.exec('begin exclusive')
  return () => {
    other.exec('rollback')
    other.close()
  }
}

/** To a program, a file that may not grow is a disk that is full; unlike one, it needs no root. */
function limitFiles({ dataDir }: ServerProcess, bytes: string): void {
  const prlimit = needed(findProgram('prlimit'), 'util-linux')
  execFileSync(prlimit, [`--pid=${processIn(dataDir)}`, `--fsize=${bytes}:unlimited`])
}
