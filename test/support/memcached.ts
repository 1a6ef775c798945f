import { NetworkServer } from './network-server.ts'

/** With `megabytes` of room: what does not fit any more is evicted. */
export function startMemcached(megabytes = 64): Promise<NetworkServer> {
  return NetworkServer.start({
    name: 'memcached',
    argumentsFor: (port) => {
      const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
      return ['-l', '127.0.0.1', '-p', `${port}`, '-U', '0', '-m', `${megabytes}`, ...user]
    },
  })
}
