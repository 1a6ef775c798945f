import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { NetworkServer } from '../support/network-server.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { redisClient, startRedis } from '../support/redis.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { openTunnel, type Tunnel } from '../support/tunnel.ts'

export type Nodes = readonly [ServerProcess, ServerProcess, ServerProcess]

/** Three nodes that share PostgreSQL, and Redis where sessions are kept there. */
export interface Deployment {
  readonly nodes: Nodes
  readonly databaseUrl: string
  /** The nodes' way to PostgreSQL. */
  readonly database: Tunnel
  readonly redis?: RedisOfNodes
}

export interface RedisOfNodes {
  readonly server: NetworkServer
  /** A way in beside that of the nodes. */
  readonly client: Redis
  /** The nodes' way to it. The last of them has one of its own. */
  readonly tunnel: Tunnel
  readonly lastTunnel: Tunnel
}

/** Hashes are not what is tested. */
export const cheapHashes = { SALLYPORT_PASSWORD_COST: 'memory=1024,passes=1' } as const

export async function threeNodesOnPostgres(): Promise<Deployment> {
  const shared = await sharedDatabase()
  return { ...shared, nodes: await threeNodes(() => shared.env) }
}

export async function threeNodesOnRedis(): Promise<Deployment & { readonly redis: RedisOfNodes }> {
  const [shared, server] = await Promise.all([sharedDatabase(), startRedis()])
  const [tunnel, lastTunnel] = [await openTunnel(server.port), await openTunnel(server.port)]
  const nodes = await threeNodes((isLast) => ({
    ...shared.env,
    SALLYPORT_REDIS_URL: `redis://127.0.0.1:${(isLast ? lastTunnel : tunnel).port}`,
  }))
  return { ...shared, nodes, redis: { server, client: redisClient(server), tunnel, lastTunnel } }
}

async function sharedDatabase() {
  const databaseUrl = await freshPostgresDatabase()
  const database = await openTunnel(Number(new URL(databaseUrl).port))
  const env = {
    ...cheapHashes,
    SALLYPORT_DATABASE_URL: Object.assign(new URL(databaseUrl), { port: `${database.port}` }).href,
    SALLYPORT_SECRET: randomBytes(32).toString('base64url'),
  }
  return { databaseUrl, database, env }
}

export async function threeNodes(
  envOf: (isLast: boolean) => Record<string, string>,
): Promise<Nodes> {
  return Promise.all([
    startServer({ env: envOf(false) }),
    startServer({ env: envOf(false) }),
    startServer({ env: envOf(true) }),
  ])
}
