import { once } from 'node:events'
import { createServer, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { toNodeHandler } from '../adapters/node.ts'
import type { Auth } from '../api.ts'
import type { ConnectionFault } from '../http/app.ts'
import { ConfigurationError } from '../kernel/errors.ts'

/** Slow clients are cut off before they cost anything (CWE-400). Milliseconds. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  // A request without Host is refused all the same, but by us: with our headers.
  requireHostHeader: false,
}

export interface ListenerOptions {
  readonly fetch: Auth['fetch']
  readonly host: string
  readonly port: number
  /** The setting to name when the port cannot be had. */
  readonly setting: 'PORT' | 'MANAGEMENT_PORT'
}

export interface Listener extends AsyncDisposable {
  /** Takes no new connections, lets requests in flight finish for at most this long, then cuts them off. */
  drain(graceMs: number): Promise<void>
}

/** @throws {ConfigurationError} The address or port cannot be had. */
export async function listen({ fetch, host, port, setting }: ListenerOptions): Promise<Listener> {
  const server = createServer(limits, toNodeHandler({ fetch }))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const refuseExpectation = toNodeHandler({
    fetch: (request, connection) => fetch(request, { ...connection, fault: 'expectation_failed' }),
  })
  server.on('checkExpectation', (request, response) => void refuseExpectation(request, response))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    void refuseOnSocket(fetch, faultOf(error), socket)
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new ConfigurationError([reasonOf(error as NodeJS.ErrnoException, host, port, setting)])
  }
  return {
    drain: (graceMs) => drain(server, sockets, graceMs),
    [Symbol.asyncDispose]: () => drain(server, sockets, 0),
  }
}

function reasonOf(
  { code, message }: NodeJS.ErrnoException,
  host: string,
  port: number,
  setting: string,
): string {
  const name = `SALLYPORT_${setting}`
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use by another program; choose one with ${name}`
    case 'EACCES':
      return `port ${port} may not be opened by this user; choose one above 1023 with ${name}`
    default:
      return `cannot listen on ${host} port ${port} (${code ?? message})`
  }
}

async function drain(server: Server, sockets: Iterable<Socket>, graceMs: number): Promise<void> {
  await acceptWaiting(server)
  server.close()
  const began = performance.now()
  while ((await openConnections(server)) > 0) {
    // A connection becomes idle when it has been answered; only then may it be closed.
    server.closeIdleConnections()
    const waited = performance.now() - began
    if (waited >= silenceMs) closeSilent(sockets)
    if (waited >= graceMs) server.closeAllConnections()
    await delay(20)
  }
}

/**
 * Whoever has connected by now is in the kernel's queue at least, and closing it would cut them off
 * unheard. Node takes one from there in each turn of its loop; at most as many wait as its backlog holds.
 */
async function acceptWaiting(server: Server): Promise<void> {
  let accepted = 1
  const count = () => {
    accepted++
  }
  server.on('connection', count)
  for (let turn = 0; accepted > 0 && turn < backlog; turn++) {
    accepted = 0
    await nextTurn()
  }
  server.off('connection', count)
}

/** Node's own default, which `listen` leaves as it is. */
const backlog = 511

/** How long a new connection may say nothing before it counts as one that was opened in advance. */
const silenceMs = 250

/** Browsers open connections in advance. Node counts those as busy: they have not been answered yet. */
function closeSilent(sockets: Iterable<Socket>): void {
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
}

function openConnections(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
}

function faultOf({ code }: NodeJS.ErrnoException): ConnectionFault {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large'
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request_timeout' : 'bad_request'
}

/** Not HTTP enough for a request object; the answer has the usual headers and form all the same. */
async function refuseOnSocket(
  fetch: Auth['fetch'],
  fault: ConnectionFault,
  socket: Socket,
): Promise<void> {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const address = socket.remoteAddress ?? ''
  const response = await fetch(new Request('http://localhost'), { address, fault })
  const body = await response.text()
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`)
  const length = `content-length: ${Buffer.byteLength(body)}`
  const status = `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status]}`
  socket.end([status, ...headers, length, 'connection: close', '', body].join('\r\n'))
}
