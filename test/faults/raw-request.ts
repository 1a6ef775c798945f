import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request whose body is sent by hand, in pieces. */
export interface SlowRequest {
  readonly socket: Socket
  /** Sends what is missing, and gives everything that the server then says on this connection. */
  finish(): Promise<string>
}

/** Resolves when the server has read the headers and waits for the body: the request is in flight. */
export async function beginSlowRequest(
  url: string,
  path: string,
  body: object,
): Promise<SlowRequest> {
  const content = JSON.stringify(body)
  const socket = await connectTo(url)
  const headers = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    'Content-Type: application/json',
    `Content-Length: ${content.length}`,
    'Expect: 100-continue',
  ]
  socket.write(`${headers.join('\r\n')}\r\n\r\n${content.slice(0, 5)}`)
  const [first] = (await once(socket, 'data')) as [Buffer]
  if (!first.toString().startsWith('HTTP/1.1 100 ')) throw new Error(`not waited for: ${first}`)
  return {
    socket,
    finish: async () => {
      socket.write(content.slice(5))
      return await text(socket)
    },
  }
}

/** Rejects when the server takes no connections. */
export async function connectTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  // From here on a reset is how the server ends it, not a failure of the test.
  socket.on('error', () => undefined)
  return socket
}
