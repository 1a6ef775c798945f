import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { aPerson, me, register, send, sendJson, someoneSignedIn } from '../support/client.ts'
import { runCommand } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { ParsedMetrics } from '../support/metrics.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { startsOf, untilReadinessIs } from './health.ts'
import { beginSlowRequest, connectTo } from './raw-request.ts'
import {
  answerersOf,
  freshMe,
  freshSignIn,
  isRunning,
  logOf,
  workersOf,
} from './worker-processes.ts'

const both = new Set([1, 2])
const patience = 60_000

function startTwo(env: Record<string, string> = {}): Promise<ServerProcess> {
  return startServer({ env: { SALLYPORT_WORKERS: '2', ...env } })
}

describe('a server of two workers', () => {
  it('says once that it is ready, for all of them', async () => {
    // Without limits there would be something to complain about.
    const server = await startTwo({ SALLYPORT_HASH_THREADS: '3', SALLYPORT_LIMITS: '' })
    expect(startsOf(server)).toBe(1)
    expect(server.stdout).toContain('Workers    2 processes on one port')
    expect(server.stdout).toContain('on 6 threads: 114 MiB at most')
    expect(server.complaints).toEqual([])
    expect(workersOf(server)).toHaveLength(2)
    expect((await send(`${server.managementUrl}/health/live`)).status).toBe(200)
  })

  it('answers by both: what one makes the other knows, what one ends is over for the other at once', async () => {
    const server = await startTwo()
    const { credential } = await someoneSignedIn(server.url)
    await burstsUntil('both have known the session', async () => {
      expect(await manyMe(server, credential)).toEqual(new Set([200]))
      return isSame(answerersOf(server, '/me', 200), both)
    })
    expect((await sendJson(`${server.url}/logout`, {}, credential)).status).toBe(200)
    await burstsUntil('both have refused the session', async () => {
      expect(await manyMe(server, credential)).toEqual(new Set([401]))
      return isSame(answerersOf(server, '/me', 401), both)
    })
  })

  it('adds up what they count, and keeps the sum when one of them dies', async () => {
    const server = await startTwo({ SALLYPORT_HASH_THREADS: '1', SALLYPORT_HASH_QUEUE: '1' })
    const { person } = await someoneSignedIn(server.url)
    let refused = 0
    await burstsUntil('both have refused hashes', async () => {
      const statuses = await Promise.all(
        Array.from({ length: 24 }, () => freshSignIn(server.url, person)),
      )
      refused += statuses.filter((status) => status === 503).length
      return isSame(answerersOf(server, '/login', 503), both)
    })
    expect(await metric(server, 'sallyport_hash_queue_refused_total')).toBe(refused)
    expect(await metric(server, 'sallyport_hash_queue_waiting')).toBe(0)
    expect(await metric(server, 'sallyport_workers')).toBe(2)

    process.kill(workersOf(server)[0] as number, 'SIGKILL')
    await replaced(server, 1)
    expect(await metric(server, 'sallyport_hash_queue_refused_total')).toBe(refused)
    expect(await metric(server, 'sallyport_workers')).toBe(2)
  })

  it('has one histogram of the requests of both, also when one of them has died', async () => {
    const server = await startTwo()
    const { credential } = await someoneSignedIn(server.url)
    let answered = 0
    await burstsUntil('both have answered', async () => {
      const statuses = await Promise.all(
        Array.from({ length: 16 }, () => freshMe(server.url, credential)),
      )
      answered += statuses.filter((status) => status === 200).length
      return isSame(answerersOf(server, '/me', 200), both)
    })
    const name = 'sallyport_http_request_duration_seconds'
    const ofMe = { method: 'GET', route: '/me', status: '200' }
    const before = await metricsOf(server)
    expect(before.value(`${name}_count`, ofMe)).toBe(answered)
    expect(before.value('sallyport_sessions_active')).toBe(1)

    process.kill(workersOf(server)[0] as number, 'SIGKILL')
    await replaced(server, 1)
    const after = await metricsOf(server)
    expect(after.value(`${name}_count`, ofMe)).toBe(answered)
    expect(after.value(`${name}_sum`, ofMe)).toBeCloseTo(
      before.value(`${name}_sum`, ofMe) ?? Number.NaN,
    )
    expect(after.value('sallyport_sessions_active')).toBe(1)
  })

  it('takes the processor time and memory of all its processes together', async () => {
    const server = await startTwo()
    const alone = await startServer()
    const resident = 'process_resident_memory_bytes'
    const both = await metricsOf(server)
    const one = await metricsOf(alone)
    expect(both.value(resident)).toBeGreaterThan(1.5 * (one.value(resident) ?? Number.NaN))
    expect(both.value('process_start_time_seconds')).toBeGreaterThan(0)

    const cpu = both.value('process_cpu_seconds_total') ?? Number.NaN
    process.kill(workersOf(server)[0] as number, 'SIGKILL')
    await replaced(server, 1)
    expect(await metric(server, 'process_cpu_seconds_total')).toBeGreaterThanOrEqual(cpu)
  })

  it('replaces one that is killed, while the other goes on answering', async () => {
    const server = await startTwo()
    const { credential } = await someoneSignedIn(server.url)
    const lanes = 4
    let answered = 0
    let broken = 0
    let done = false
    const load = Array.from({ length: lanes }, async () => {
      while (!done) {
        const status = await freshMe(server.url, credential).catch(() => undefined)
        if (status === undefined) broken += 1
        else expect(status).toBe(200)
        answered += status === undefined ? 0 : 1
      }
    })
    await eventually('some answers', () => answered > 50, patience)
    const [killed] = workersOf(server) as [number]
    process.kill(killed, 'SIGKILL')
    await replaced(server, 1)
    await untilReadinessIs(200, server, patience)
    done = true
    await Promise.all(load)
    // What it had accepted went with it, at most one of each lane; nobody else noticed.
    expect(broken).toBeLessThanOrEqual(lanes)
    expect(workersOf(server)).toHaveLength(2)
    expect(workersOf(server)).not.toContain(killed)
    expect(startsOf(server)).toBe(1)
  })

  it('pauses longer each time when a worker dies again and again', async () => {
    const server = await startTwo()
    const steady = workersOf(server)[0] as number
    for (const death of [1, 2, 3]) {
      const victim = workersOf(server).find((id) => id !== steady) as number
      process.kill(victim, 'SIGKILL')
      await replaced(server, death)
    }
    const pauses = logOf(server).flatMap(({ pause }) => pause ?? [])
    expect(pauses).toEqual([0, 500, 1000])
    expect(isRunning(steady)).toBe(true)
  })

  it('is not ready while one of them hangs, and answers all the same', async () => {
    const server = await startTwo()
    const { credential } = await someoneSignedIn(server.url)
    const [one] = workersOf(server) as [number]
    process.kill(one, 'SIGSTOP')
    await untilReadinessIs(503, server, patience)
    for (let request = 0; request < 20; request++) {
      expect(await freshMe(server.url, credential)).toBe(200)
    }
    expect((await send(`${server.managementUrl}/metrics`)).status).toBe(200)
    process.kill(one, 'SIGCONT')
    await untilReadinessIs(200, server, patience)
    expect(workersOf(server)).toContain(one)
  })
})

describe('a server of two workers that is told to stop', () => {
  it('is no longer ready, answers what is in flight, and exits with 0', async () => {
    const server = await startTwo()
    const requests = await Promise.all(
      Array.from({ length: 6 }, () => beginSlowRequest(server.url, '/register', aPerson())),
    )
    const exit = server.stop()
    await untilReadinessIs(503, server, patience)
    await eventually('no new connections', () => isRefused(server), patience)
    const answers = await Promise.all(requests.map((request) => request.finish()))
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 201 /)
    expect(await exit).toBe(0)
    expect(workersOf(server)).toEqual([])
    expect(logOf(server).map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['stopping', 'stopped']),
    )
    await server.start()
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'takes a %s to the whole group, as a terminal sends it, for one',
    async (signal) => {
      // Without limits there would be something to complain about.
      const server = await startTwo({ SALLYPORT_LIMITS: '' })
      const request = await beginSlowRequest(server.url, '/register', aPerson())
      for (const id of [...workersOf(server), server.id]) process.kill(id, signal)
      await untilReadinessIs(503, server, patience)
      expect(await request.finish()).toMatch(/^HTTP\/1\.1 201 /)
      await eventually('the end', () => !isRunning(server.id), patience)
      expect(await server.stop()).toBe(0)
      const news = logOf(server).filter(({ route, msg }) => route === undefined && msg !== 'audit')
      expect(news).toEqual([
        expect.objectContaining({ msg: 'stopping', signal }),
        expect.objectContaining({ msg: 'stopped' }),
      ])
    },
  )

  it('finishes the passwords that wait to be hashed', async () => {
    const server = await startTwo({ SALLYPORT_SHUTDOWN_GRACE: '1m' })
    const { person } = await someoneSignedIn(server.url)
    const statuses: number[] = []
    const logins = Array.from({ length: 60 }, async () => {
      statuses.push(await freshSignIn(server.url, person))
    })
    await eventually('some answers', () => statuses.length >= 10, patience)
    const exit = server.stop()
    await Promise.all(logins)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(await exit).toBe(0)
  })

  it('cuts what hangs when the grace period is over, and exits with 0', async () => {
    const server = await startTwo({ SALLYPORT_SHUTDOWN_GRACE: '1s' })
    const { socket } = await beginSlowRequest(server.url, '/register', aPerson())
    expect(await server.stop()).toBe(0)
    expect(await text(socket).catch(() => '')).toBe('')
  })

  it('ends at once with all of them, and not with 0, when it is told a second time', async () => {
    const server = await startTwo({ SALLYPORT_SHUTDOWN_GRACE: '10m' })
    await beginSlowRequest(server.url, '/register', aPerson())
    const workers = workersOf(server)
    const exit = server.stop()
    await untilReadinessIs(503, server, patience)
    expect(await server.stop()).toBe(1)
    expect(await exit).toBe(1)
    await eventually('no worker', () => !workers.some(isRunning), patience)
  })
})

describe('workers whose primary is killed', () => {
  it('answer what is in flight, take nothing new, and end', async () => {
    const server = await startTwo({ SALLYPORT_SHUTDOWN_GRACE: '10m' })
    const request = await beginSlowRequest(server.url, '/register', aPerson())
    const workers = workersOf(server)
    process.kill(server.id, 'SIGKILL')
    await eventually('no new connections', () => isRefused(server), patience)
    expect(await request.finish()).toMatch(/^HTTP\/1\.1 201 /)
    await eventually('no worker', () => !workers.some(isRunning), patience)
  })

  it('end when the grace period is over, whatever hangs', async () => {
    const server = await startTwo({ SALLYPORT_SHUTDOWN_GRACE: '1s' })
    const { socket } = await beginSlowRequest(server.url, '/register', aPerson())
    const workers = workersOf(server)
    process.kill(server.id, 'SIGKILL')
    await eventually('no worker', () => !workers.some(isRunning), patience)
    expect(await text(socket).catch(() => '')).toBe('')
  })
})

describe('the number of workers', () => {
  it('is that of the option, where both are given; one is no process of its own', async () => {
    const one = await startServer({ args: ['--workers', '1'], env: { SALLYPORT_WORKERS: '2' } })
    expect(workersOf(one)).toEqual([])
    expect(one.stdout).not.toContain('Workers')
    expect((await register(one.url, aPerson())).status).toBe(201)
    const three = await startServer({ args: ['--workers', '3'], env: { SALLYPORT_WORKERS: '2' } })
    expect(workersOf(three)).toHaveLength(3)
    expect((await me(three.url, {})).status).toBe(401)
  })

  it.each(['0', 'x', '129'])('cannot be %j: one line says so', async (count) => {
    const { code, stdout, stderr } = await runCommand(['serve', '--workers', count])
    expect(stderr).toBe(
      `error: option '--workers <count>' argument '${count}' is invalid. It must be a whole number from 1 to 128, or auto.\n`,
    )
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

async function manyMe(server: ServerProcess, credential: Record<string, string>) {
  const statuses = Array.from({ length: 32 }, () => freshMe(server.url, credential))
  return new Set(await Promise.all(statuses))
}

/** Who of them accepts is up to the system: bursts of requests, until it is so. */
async function burstsUntil(what: string, burst: () => Promise<boolean>): Promise<void> {
  await eventually(what, burst, patience)
}

function isSame<Item>(one: ReadonlySet<Item>, other: ReadonlySet<Item>): boolean {
  return one.size === other.size && [...one].every((item) => other.has(item))
}

async function metricsOf({ managementUrl }: ServerProcess): Promise<ParsedMetrics> {
  return new ParsedMetrics((await send(`${managementUrl}/metrics`)).body)
}

async function metric(server: ServerProcess, name: string): Promise<number | undefined> {
  return (await metricsOf(server)).value(name)
}

async function replaced(server: ServerProcess, times: number): Promise<void> {
  const count = () =>
    logOf(server).filter(({ msg }) => msg === 'a worker has taken its place').length
  await eventually(`${times} replaced`, () => count() === times, patience)
}

async function isRefused({ url }: ServerProcess): Promise<boolean> {
  try {
    const socket = await connectTo(url)
    socket.destroy()
    await delay(20)
    return false
  } catch {
    return true
  }
}
