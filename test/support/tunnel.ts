import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onCleanUp } from './clean-up.ts'

/** A way to a loopback port that can lose a connection without a word, as a failing network does. */
export interface Tunnel {
  readonly port: number
  /** What goes through the connections of now arrives nowhere, for ever. New ones are as good as ever. */
  lose(): void
}

export async function openTunnel(target: number): Promise<Tunnel> {
  const through = new Map<Socket, Socket>()
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    through.set(near, far)
    for (const socket of [near, far]) socket.on('error', () => undefined)
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onCleanUp(() => {
    server.close()
    for (const socket of [...through.keys(), ...through.values()]) socket.destroy()
  })
  const lose = () => {
    for (const [near, far] of through) {
      near.unpipe(far)
      far.unpipe(near)
      near.resume()
    }
  }
  return { port: (server.address() as AddressInfo).port, lose }
}
