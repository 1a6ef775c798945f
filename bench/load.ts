import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Sample, Variant } from './plan.ts'
import type { RunningServer } from './processes.ts'

/** One answer, as far as a load generator looks at it. */
export interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

export interface Load {
  readonly server: RunningServer
  /** Kept alive, each with one request at a time. */
  readonly connections: number
  /**
   * Never sleep, where the client has a core for itself. To wake a sleeping client costs a server's
   * write as much as all the rest of a short answer, and only a slow server lets its clients sleep.
   */
  readonly restless?: boolean
  /** The bytes of the next request. */
  readonly next: () => Buffer
  /** What is wrong with an answer, if anything. */
  readonly check: (answer: Answer) => string | undefined
}

/** A server under this load. */
export function underLoad(name: string, load: Load): Variant {
  return { name, run: (milliseconds) => loadFor(load, milliseconds) }
}

/**
 * Keeps every connection busy for a while. Speaks just enough HTTP to cost little: on few cores an
 * expensive client would measure itself. Requests that are out at the end are waited for, not counted.
 */
async function loadFor(load: Load, milliseconds: number): Promise<Sample> {
  const sockets = await Promise.all(
    Array.from({ length: load.connections }, () => connected(load.server.port)),
  )
  const latencies: number[] = []
  const problems: string[] = []
  const cpuBefore = load.server.cpuSeconds()
  const end = performance.now() + milliseconds
  const done = sockets.map((socket) => keepBusy(socket, load, end, latencies, problems))
  if (load.restless) stayAwake(end)
  await Promise.all(done)
  const cpuAfter = load.server.cpuSeconds()
  return {
    count: latencies.length,
    seconds: milliseconds / 1000,
    latencies,
    problems,
    cpuSeconds:
      cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore,
  }
}

function stayAwake(end: number): void {
  if (performance.now() < end) setImmediate(stayAwake, end)
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
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
    let received = ''
    const send = () => {
      received = ''
      sentAt = performance.now()
      socket.write(next())
    }
    const finish = (problem?: string) => {
      if (problem !== undefined) problems.push(problem)
      socket.destroy()
      resolve()
    }
    socket.setEncoding('latin1')
    socket.on('error', (error) => finish(error.message))
    socket.on('end', () => finish('the server closed the connection'))
    socket.on('data', (text: string) => {
      received += text
      const answer = answerIn(received)
      if (!answer) return
      const problem = typeof answer === 'string' ? answer : check(answer)
      if (problem !== undefined) return finish(problem)
      const now = performance.now()
      if (now > end) return finish()
      latencies.push(now - sentAt)
      send()
    })
    send()
  })
}

/** The answer once it is there whole; a text when it can never be one. */
function answerIn(text: string): Answer | string | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = text.slice(0, headEnd)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  if (length === undefined) return `no content-length in: ${head}`
  const body = text.slice(headEnd + 4)
  if (body.length < Number(length)) return undefined
  if (body.length > Number(length)) return `more than one answer in: ${text}`
  return { status: Number(head.slice(9, 12)), head, body }
}

export interface RequestParts {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: object
}

export function requestBytes({ method = 'GET', path, headers = {}, json }: RequestParts): Buffer {
  const body = json === undefined ? '' : JSON.stringify(json)
  const all = {
    host: '127.0.0.1',
    ...headers,
    ...(json && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from([`${method} ${path} HTTP/1.1`, ...lines, '', body].join('\r\n'))
}
