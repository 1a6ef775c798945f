import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One answer, as far as a load generator looks at it. */
export interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** What is asked all the time, and what may be answered. */
export interface Conversation {
  /** The bytes of the next request. */
  readonly next: () => Buffer
  /** What is wrong with an answer, if anything. */
  readonly check: (answer: Answer) => string | undefined
}

/** Nothing but this may be answered. */
export function expecting(status: number, body: string): Conversation['check'] {
  return (answer) =>
    answer.status === status && answer.body === body
      ? undefined
      : `unexpected answer: ${answer.head} ${answer.body}`
}

/** That many connections to a server on this machine. */
export function connectedTimes(times: number, port: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: times }, () => connected(port)))
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

export interface Listener {
  readonly answered: (answer: Answer) => void
  readonly failed: (problem: string) => void
}

/**
 * Tells of each answer on a connection that has one request at a time. Speaks just enough HTTP to
 * cost little: on few cores an expensive client would measure itself.
 */
export function listen(socket: Socket, { answered, failed }: Listener): void {
  let received = ''
  socket.setEncoding('latin1')
  socket.on('error', (error) => failed(error.message))
  socket.on('end', () => failed('the server closed the connection'))
  socket.on('data', (text: string) => {
    received += text
    const answer = answerIn(received)
    if (!answer) return
    received = ''
    if (typeof answer === 'string') failed(answer)
    else answered(answer)
  })
}

/** The answer once it is there whole; a text when it can never be one. */
function answerIn(text: string): Answer | string | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = text.slice(0, headEnd)
  const rest = text.slice(headEnd + 4)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  if (length === undefined) return chunkedAnswer(status, head, rest)
  if (rest.length < Number(length)) return undefined
  if (rest.length > Number(length)) return `more than one answer in: ${text}`
  return { status, head, body: rest }
}

/** Chunks stay in their wrapping: what is looked for in such a body is short, and in one chunk. */
function chunkedAnswer(status: number, head: string, body: string): Answer | string | undefined {
  if (!/\r\ntransfer-encoding: chunked/i.test(head)) return `no length in: ${head}`
  const isWhole = body === '0\r\n\r\n' || body.endsWith('\r\n0\r\n\r\n')
  return isWhole ? { status, head, body } : undefined
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
