import { once } from 'node:events'
import { connect } from 'node:net'
import type { AuthOptions } from '../../src/index.ts'
import { listen } from '../../src/server/listener.ts'
import { startApp } from '../support/app.ts'
import { onCleanUp } from '../support/clean-up.ts'
import { freePort } from '../support/ports.ts'

export interface RawAnswer {
  /** Everything the server wrote, as Latin-1. */
  readonly text: string
  /** The status of each answer, in order. */
  readonly statuses: readonly number[]
  /** Whether the server ended the connection by itself. */
  readonly closed: boolean
}

/** The app behind a real listener. Bytes go over a socket as they are. */
export async function startListener(options: AuthOptions = {}) {
  const port = await freePort()
  const app = await startApp({ url: `http://127.0.0.1:${port}`, ...options })
  const listener = await listen({
    fetch: app.auth.fetch,
    host: '127.0.0.1',
    port,
    setting: 'PORT',
  })
  onCleanUp(() => listener[Symbol.asyncDispose]())
  return { app, host: `127.0.0.1:${port}`, send: (bytes: string) => sendRaw(port, bytes) }
}

/**
 * Sends bytes and reads until the server ends the connection. When it is silent for a moment
 * instead, the client gives up and `closed` is false.
 */
export async function sendRaw(port: number, bytes: string): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  let closed = true
  socket.setEncoding('latin1')
  socket.on('data', (part: string) => {
    text += part
  })
  // The server may close while we still write.
  socket.on('error', () => undefined)
  socket.setTimeout(2000, () => {
    if (text === '') return
    closed = false
    socket.destroy()
  })
  socket.write(bytes, 'latin1')
  await once(socket, 'close')
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]))
  return { text, statuses, closed }
}
