import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onCleanUp } from './clean-up.ts'

/** A way to a loopback port that can lose a connection without a word, as a failing network does. */
export interface Tunnel {
  readonly port: number
  /**
   * What goes through the connections of now arrives nowhere, for ever. New ones are as good as ever.
   *
   * @param isMeant - Which of them, by the port that the server behind the tunnel sees; all, when left out.
   */
  lose(isMeant?: (port: number) => boolean): void
  /** Loses new ones too, until what it returns is called. Those that were made meanwhile stay lost. */
  darken(): () => void
}

export async function openTunnel(target: number): Promise<Tunnel> {
  const through = new Map<Socket, Socket>()
  const lost = new Set<Socket>()
  let dark = false
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    through.set(near, far)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined)
      // As without a tunnel: who is killed has closed its connections, whatever it was saying.
      one.on('close', () => lost.has(near) || other.destroy())
    }
    if (dark) loseOne(near, far)
    else near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onCleanUp(() => {
    server.close()
    for (const socket of [...through.keys(), ...through.values()]) socket.destroy()
  })
  const loseOne = (near: Socket, far: Socket) => {
    lost.add(near)
    near.unpipe(far)
    far.unpipe(near)
    near.resume()
  }
  const lose: Tunnel['lose'] = (isMeant = () => true) => {
    for (const [near, far] of through) if (isMeant(far.localPort ?? 0)) loseOne(near, far)
  }
  const darken = () => {
    dark = true
    lose()
    return () => {
      dark = false
    }
  }
  return { port: (server.address() as AddressInfo).port, lose, darken }
}
