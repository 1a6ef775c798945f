import type { Socket } from 'node:net'
import { type Answer, type Conversation, connectedTimes, listen } from './http.ts'
import { type Sample, SpoiltRun, type Variant } from './plan.ts'
import type { RunningServer } from './processes.ts'
import { processorTimeOf } from './usage.ts'

export interface Load extends Conversation {
  readonly server: RunningServer
  /** Kept alive, each with one request at a time. */
  readonly connections: number
  /**
   * Never sleep, where the client has a core for itself. To wake a sleeping client costs a server's
   * write as much as all the rest of a short answer, and only a slow server lets its clients sleep.
   */
  readonly restless?: boolean
}

/** A server under this load. */
export function underLoad(name: string, load: Load): Variant {
  return { name, run: (milliseconds) => loadFor(load, milliseconds) }
}

/**
 * Keeps every connection busy for a while. Requests that are out at the end are waited for and looked
 * at, but not counted.
 */
export async function loadFor(load: Load, milliseconds: number): Promise<Sample> {
  const sockets = await connectedTimes(load.connections, load.server.port)
  const latencies: number[] = []
  const problems: string[] = []
  const cpuSeconds = processorTimeOf(load.server)
  const end = performance.now() + milliseconds
  const done = sockets.map((socket) => keepBusy(socket, load, end, latencies, problems))
  if (load.restless) stayAwake(end)
  await Promise.all(done)
  return {
    count: latencies.length,
    seconds: milliseconds / 1000,
    latencies,
    problems,
    cpuSeconds: cpuSeconds(),
  }
}

/** Sends one request on each of that many connections at the same time, and waits for all answers. */
export async function allAtOnce(
  { port }: RunningServer,
  connections: number,
  { next }: Conversation,
): Promise<Answer[]> {
  const sockets = await connectedTimes(connections, port)
  return Promise.all(sockets.map((socket) => answerTo(socket, next())))
}

function answerTo(socket: Socket, request: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    listen(socket, {
      answered: (answer) => {
        socket.destroy()
        resolve(answer)
      },
      failed: (problem) => reject(new SpoiltRun(problem)),
    })
    socket.write(request)
  })
}

function stayAwake(end: number): void {
  if (performance.now() < end) setImmediate(stayAwake, end)
}

function keepBusy(
  socket: Socket,
  { next, check }: Load,
  end: number,
  latencies: number[],
  problems: string[],
): Promise<void> {
  return new Promise((resolve) => {
    let sentAt = 0
    const send = () => {
      sentAt = performance.now()
      socket.write(next())
    }
    const finish = () => {
      socket.destroy()
      resolve()
    }
    const failed = (problem: string) => {
      problems.push(problem)
      finish()
    }
    const answered = (answer: Answer) => {
      const problem = check(answer)
      if (problem !== undefined) return failed(problem)
      const now = performance.now()
      if (now > end) return finish()
      latencies.push(now - sentAt)
      send()
    }
    listen(socket, { answered, failed })
    send()
  })
}
