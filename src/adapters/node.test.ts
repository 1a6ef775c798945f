import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Connection } from '../http/app.ts'
import { toNodeHandler } from './node.ts'

/** Listens for requests, and tells what is known of each besides itself. */
async function listening(...where: [port: number, host: string] | [path: string]) {
  const connections: (Connection | undefined)[] = []
  const fetch = async (_: Request, connection?: Connection) => {
    connections.push(connection)
    return new Response()
  }
  const server = createServer(toNodeHandler({ fetch }))
  server.listen(...(where as [string]))
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { server, connections }
}

const headers = { 'x-forwarded-for': '203.0.113.9', connection: 'close' }

it('tells the address of the socket, and of nothing that is said about it', async () => {
  const { server, connections } = await listening(0, '127.0.0.1')
  const { port } = server.address() as { port: number }
  await once(request({ host: '127.0.0.1', port, headers }).end(), 'response')
  expect(connections).toEqual([{ address: '127.0.0.1' }])
})

it('tells no address where a socket has none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const socketPath = join(folder, 'app.sock')
  const { connections } = await listening(socketPath)
  await once(request({ socketPath, headers }).end(), 'response')
  expect(connections).toEqual([{}])
})

it('tells that there is no address any more where the client has gone', async () => {
  const { server, connections } = await listening(0, '127.0.0.1')
  server.prependListener('request', ({ socket }) => void socket.destroy())
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'close')
  expect(connections).toEqual([{ address: '' }])
})
