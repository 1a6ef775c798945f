import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A loopback port that is free, and that no other test is given, below the range that systems give to outgoing
 * connections (32768 up on Linux): there, a client that reconnects while its server is down may take the port itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    if ((await isClaimed(port)) && (await isFree(port))) return port
  }
}

/**
 * The port is ours from here on, though nobody listens yet: we hold the UDP port of the same number, which nobody
 * has a use for, until this process ends. Every process on the machine can see that.
 */
async function isClaimed(port: number): Promise<boolean> {
  const claim = createSocket('udp4').unref()
  try {
    claim.bind({ port, address: '127.0.0.1', exclusive: true })
    await once(claim, 'listening')
    return true
  } catch (error) {
    claim.close()
    return isTaken(error)
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch (error) {
    return isTaken(error)
  } finally {
    server.close()
  }
}

/** Whatever else is wrong would be wrong with every port. */
function isTaken(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
  return false
}
