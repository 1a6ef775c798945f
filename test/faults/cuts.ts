import { setTimeout as delay } from 'node:timers/promises'
import { rowsIn } from './postgres-rows.ts'
import type { Deployment } from './three-nodes.ts'

/** Keeps word of revocations from all nodes, which must be able to hear it. What it returns undoes what does not pass by itself. */
export type Cut = (deployment: Deployment) => Promise<() => void>

interface Backend {
  readonly pid: number
  readonly client_port: number
  readonly state: string
}

/** The processes of PostgreSQL that serve the nodes' LISTEN. */
const listeners = `select pid, client_port, state from pg_stat_activity
  where application_name = 'sallyport channel' and datname = current_database()`

/** Those of connections that the network has lost may be among them. */
function listening({ databaseUrl }: Deployment): Promise<Backend[]> {
  return rowsIn<Backend>(databaseUrl, listeners)
}

export const cutsOfPostgres: readonly { readonly cut: string; readonly begin: Cut }[] = [
  {
    cut: 'listeners of PostgreSQL are stopped',
    begin: async (deployment) => {
      const stopped = await stop(deployment)
      return () => signal(stopped, 'SIGCONT')
    },
  },
  {
    cut: 'listeners of PostgreSQL are ended',
    begin: async ({ databaseUrl }) => {
      await rowsIn(
        databaseUrl,
        listeners.replace('pid, client_port, state', 'pg_terminate_backend(pid)'),
      )
      return () => undefined
    },
  },
  {
    cut: 'the network has lost listeners to PostgreSQL',
    begin: async (deployment) => {
      const ports = (await listening(deployment)).map(({ client_port }) => client_port)
      deployment.database.lose((port) => ports.includes(port))
      return () => undefined
    },
  },
]

export const cutsOfRedis: readonly { readonly cut: string; readonly begin: Cut }[] = [
  {
    cut: 'Redis has closed its listeners',
    begin: async ({ redis }) => {
      await redis?.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      return () => undefined
    },
  },
  {
    cut: 'the network has lost listeners to Redis',
    begin: async ({ redis }) => {
      const clients = String(await redis?.client.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
      const ports = [...clients.matchAll(/ addr=127\.0\.0\.1:(\d+)/g)].map(([, port]) => port)
      for (const tunnel of [redis?.tunnel, redis?.lastTunnel]) {
        tunnel?.lose((port) => ports.includes(String(port)))
      }
      return () => undefined
    },
  },
]

/** Only while they wait: one that is stopped while it commits a beat would hold what all who notify need. */
async function stop(deployment: Deployment): Promise<number[]> {
  for (;;) {
    const pids = (await listening(deployment)).map(({ pid }) => pid)
    signal(pids, 'SIGSTOP')
    const now = await listening(deployment)
    if (now.every(({ pid, state }) => pids.includes(pid) && state === 'idle')) return pids
    signal(pids, 'SIGCONT')
    await delay(20)
  }
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended meanwhile.
    }
  }
}
