import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { type Answer, aPerson, me, register, signIn, someoneSignedIn } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { startPostgres } from '../support/postgres.ts'
import { startServer } from '../support/server-process.ts'
import { untilReadinessIs } from './health.ts'
import { isProcessIn, processIn } from './process-in.ts'
import { beginSlowRequest, connectTo } from './raw-request.ts'

const second = 1000

describe('a server that is told to stop', () => {
  it('is no longer ready, takes no new connection, answers what is in flight, and exits with 0', async () => {
    const server = await startServer()
    const person = aPerson()
    const request = await beginSlowRequest(server.url, '/register', person)
    const exit = server.stop()
    await untilReadinessIs(503, server)
    await expect(connectTo(server.url)).rejects.toThrow('ECONNREFUSED')

    const answer = await request.finish()
    expect(answer).toMatch(/^HTTP\/1\.1 201 /)
    expect(answer).toContain('User registered successfully')
    expect(await exit).toBe(0)
    await server.start()
    expect((await signIn(server.url, person)).status).toBe(200)
  })

  it('finishes the passwords that wait to be hashed', async () => {
    const server = await startServer({
      env: { SALLYPORT_HASH_THREADS: '1', SALLYPORT_SHUTDOWN_GRACE: '1m' },
    })
    const { person } = await someoneSignedIn(server.url)
    const answers: Answer[] = []
    const logins = Array.from({ length: 60 }, async () => {
      answers.push(await signIn(server.url, person, 'bearer'))
    })
    // Not after the first: the last of them would still be on their way to a server that takes nobody.
    await eventually('20 answers', () => answers.length >= 20)
    const answered = answers.length
    const exit = server.stop()
    await Promise.all(logins)
    expect(answered).toBeLessThan(60)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(await exit).toBe(0)
  })

  it('does not wait for a connection that is kept for later', async () => {
    const server = await startServer()
    const kept = await connectTo(server.url)
    kept.write(`GET /login HTTP/1.1\r\nHost: ${new URL(server.url).host}\r\n\r\n`)
    await once(kept, 'data')
    expect(await timed(server.stop())).toEqual({ code: 0, took: expect.toSatisfy(below(5)) })
  })

  it('does not wait for a connection that was opened in advance, as browsers do', async () => {
    const server = await startServer()
    await connectTo(server.url)
    // Answered after that connection was accepted: now the server knows it.
    await me(server.url, {})
    expect(await timed(server.stop())).toEqual({ code: 0, took: expect.toSatisfy(below(5)) })
  })

  it('cuts a connection that hangs when the grace period is over, and exits with 0', async () => {
    const server = await startServer({ env: { SALLYPORT_SHUTDOWN_GRACE: '1s' } })
    const { socket } = await beginSlowRequest(server.url, '/register', aPerson())
    const { code, took } = await timed(server.stop())
    expect(code).toBe(0)
    expect(took).toBeGreaterThan(0.9 * second)
    expect(took).toBeLessThan(6 * second)
    expect(await text(socket).catch(() => '')).toBe('')
  })

  it('ends at once, and not with 0, when it is told a second time', async () => {
    const server = await startServer({ env: { SALLYPORT_SHUTDOWN_GRACE: '1m' } })
    await beginSlowRequest(server.url, '/register', aPerson())
    const exit = server.stop()
    await untilReadinessIs(503, server)
    expect(await timed(server.stop())).toEqual({ code: 1, took: expect.toSatisfy(below(5)) })
    expect(await exit).toBe(1)
  })

  it('understands Ctrl-C as well', async () => {
    const server = await startServer()
    const { dataDir } = server
    process.kill(processIn(dataDir), 'SIGINT')
    await eventually('the end', () => !isProcessIn(dataDir))
    expect(await server.stop()).toBe(0)
  })

  it('says in the log that it was told, and by which signal', async () => {
    const server = await startServer()
    await server.stop()
    const lines = server.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.slice(-2)).toEqual([
      expect.objectContaining({ msg: 'stopping', signal: 'SIGTERM' }),
      expect.objectContaining({ msg: 'stopped' }),
    ])
  })

  it('is done at once when nothing is in flight, on PostgreSQL too', async () => {
    const postgres = await startPostgres()
    const databaseUrl = await postgres.createDatabase()
    const server = await startServer({ env: { SALLYPORT_DATABASE_URL: databaseUrl } })
    expect((await register(server.url, aPerson())).status).toBe(201)
    expect(await timed(server.stop())).toEqual({ code: 0, took: expect.toSatisfy(below(2.5)) })
  })

  it('ends although its database is frozen', { timeout: 40_000 }, async () => {
    const postgres = await startPostgres()
    const databaseUrl = await postgres.createDatabase()
    const server = await startServer({
      env: { SALLYPORT_DATABASE_URL: databaseUrl, SALLYPORT_SHUTDOWN_GRACE: '2s' },
    })
    expect((await register(server.url, aPerson())).status).toBe(201)
    postgres.pause()
    const { took } = await timed(server.stop())
    expect(took).toBeLessThan(10 * second)
  })
})

async function timed(exit: Promise<number | null>) {
  const start = performance.now()
  return { code: await exit, took: performance.now() - start }
}

function below(seconds: number) {
  return (took: number) => took < seconds * second
}
