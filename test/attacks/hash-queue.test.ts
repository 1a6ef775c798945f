import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startApp } from '../support/app.ts'
import { temporaryFolder } from '../support/clean-up.ts'
import { startServer } from '../support/server-process.ts'

/** What libuv's shared pool has: all of them busy, and nothing that uses it gets anywhere. */
const sharedThreads = 4

describe('a pool of threads that everybody shares', () => {
  it('is not what sign-ins or session checks wait for', async () => {
    const app = await startApp()
    const person = await app.registered()
    const pipe = join(temporaryFolder(), 'pipe')
    execFileSync('mkfifo', [pipe])
    let busy = sharedThreads
    // To open a pipe is to wait, in one of those threads, for somebody at its other end.
    const blocked = Array.from({ length: sharedThreads }, async () => {
      const file = await open(pipe, 'r')
      busy -= 1
      await file.close()
    })
    try {
      const cookie = await app.cookieOf(person)
      expect(await app.meStatus({ cookie })).toBe(200)
      const other = { ...person, email: 'x@y.example' }
      expect((await app.postJson('/register', other)).status).toBe(201)
      expect((await app.get('/login')).status).toBe(200)
      expect(busy).toBe(sharedThreads)
    } finally {
      // Held open until all of them have come: each of them needs a writer to be there.
      const writer = openSync(pipe, 'w')
      await Promise.all(blocked)
      closeSync(writer)
    }
  })
})

describe('clients that give up', () => {
  it('leave the queue: their passwords are not hashed, and others have their places', async () => {
    const server = await startServer({
      env: {
        SALLYPORT_HASH_THREADS: '1',
        SALLYPORT_HASH_QUEUE: '20',
        // All have come before the first is answered.
        SALLYPORT_PASSWORD_COST: 'memory=65536,passes=3',
      },
    })
    const attempt = JSON.stringify({ email: 'nobody@mail.test.example', password: 'x'.repeat(30) })
    const { hostname, port, host } = new URL(server.url)
    const sockets = Array.from({ length: 22 }, () => {
      const socket = connect(Number(port), hostname).on('error', () => undefined)
      socket.write(
        `POST /login HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${attempt.length}\r\n\r\n${attempt}`,
      )
      return socket
    })
    // The first answers come one after the other: by then all others wait.
    await Promise.race(sockets.map((socket) => once(socket, 'data')))
    for (const socket of sockets) socket.destroy()
    const lines = () => server.stderr.split('\n').filter((line) => line.includes('"/login"'))
    await expect.poll(() => lines().length, { timeout: 20_000 }).toBe(22)
    const statuses = Map.groupBy(lines(), (line) => JSON.parse(line).status)
    expect([...statuses.keys()].sort()).toEqual([401, 499])
    expect(statuses.get(499)?.length).toBeGreaterThan(10)

    const metrics = await (await fetch(`${server.managementUrl}/metrics`)).text()
    const given = statuses.get(499)?.length
    expect(metrics).toContain(`\nsallyport_hash_queue_cancelled_total ${given}\n`)
    expect(metrics).toContain('\nsallyport_hash_queue_refused_total 0\n')

    const answers = await Promise.all(
      Array.from({ length: 15 }, () =>
        fetch(`${server.url}/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: attempt,
        }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
  })
})
