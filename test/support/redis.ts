import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { onCleanUp } from './clean-up.ts'
import { NetworkServer } from './network-server.ts'
import { freePort } from './ports.ts'

/** Commits are on disk when they are answered, so that a killed server comes back with what it held. */
const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '']

export function startRedis(...more: string[]): Promise<NetworkServer> {
  return NetworkServer.start({
    name: 'redis-server',
    argumentsFor: (port) => ['--bind', '127.0.0.1', '--port', `${port}`, ...durable, ...more],
  })
}

/** A way in beside the store's. */
export function redisClient({ port }: NetworkServer): Redis {
  const client = new Redis({ host: '127.0.0.1', port })
  client.on('error', () => undefined)
  onCleanUp(() => client.disconnect())
  return client
}

/** Three primaries that share the slots. */
export async function startRedisCluster(): Promise<NetworkServer[]> {
  const buses = [await freePort(), await freePort(), await freePort()]
  const nodes = await Promise.all(
    buses.map((bus) => startRedis('--cluster-enabled', 'yes', '--cluster-port', `${bus}`)),
  )
  const clients = nodes.map(redisClient)
  const slots = [0, 5461, 10_923, 16_384]
  for (const [at, client] of clients.entries()) {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', slots[at] ?? 0, (slots[at + 1] ?? 0) - 1)
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1)
  }
  for (const [at, node] of nodes.entries()) {
    await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', node.port, buses[at] ?? 0)
  }
  for (const client of clients) {
    await until(async () => {
      const state = String(await client.call('CLUSTER', 'INFO'))
      return /cluster_state:ok/.test(state) && /cluster_known_nodes:3/.test(state)
    })
  }
  return nodes
}

/** A primary called `main`, its replica, and one Sentinel that is enough to move the name. */
export async function startRedisWithSentinel() {
  const primary = await startRedis()
  const replica = await startRedis('--replicaof', '127.0.0.1', `${primary.port}`)
  const follower = redisClient(replica)
  await until(async () => /master_link_status:up/.test(await follower.info('replication')))
  const sentinel = await NetworkServer.start({
    name: 'redis-server',
    argumentsFor: (port, folder) => {
      const file = join(folder, 'sentinel.conf')
      writeFileSync(file, sentinelSettings(port, primary.port).join('\n'))
      return [file, '--sentinel']
    },
  })
  const watcher = redisClient(sentinel)
  await until(async () => /slaves=1/.test(await watcher.info('sentinel')))
  return { primary, sentinel }
}

function sentinelSettings(port: number, primaryPort: number): string[] {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `sentinel monitor main 127.0.0.1 ${primaryPort} 1`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 3000',
  ]
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(20)
}
