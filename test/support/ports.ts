import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A free loopback port below the range that systems give to outgoing connections (32768 up on
 * Linux): there, a client that reconnects while its server is down may take the port itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
