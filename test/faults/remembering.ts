import type { Redis } from 'ioredis'
import type { Credential } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { isAccepted, warm } from './acceptance.ts'
import { connectedTo } from './postgres-rows.ts'
import type { Deployment } from './three-nodes.ts'

/** A node that has to ask is one that does not remember. */
const patience = 1000

/** All nodes accept the session while nobody can read the tables, and without a word to Redis. */
export async function untilRemembered(
  deployment: Deployment,
  credential: Credential,
): Promise<void> {
  const { nodes, databaseUrl, redis } = deployment
  const isSo = async () => {
    await warm(nodes, credential)
    const before = redis && (await lookUps(redis.client))
    const client = await connectedTo(databaseUrl)
    try {
      await client.query('begin; lock table accounts, sessions in access exclusive mode')
      if (!(await allAccept(nodes, credential))) return false
      return !redis || (await lookUps(redis.client)) === before
    } finally {
      await client.end()
    }
  }
  await eventually('all nodes remember', isSo, 60_000)
}

async function allAccept(
  nodes: readonly ServerProcess[],
  credential: Credential,
): Promise<boolean> {
  for (const { url } of nodes) {
    for (let time = 0; time < 5; time += 1) {
      const accepted = await isAccepted(url, credential, patience).catch(() => undefined)
      if (!accepted) return false
    }
  }
  return true
}

/** How often Redis was asked for a session, or whose it is. */
async function lookUps(client: Redis): Promise<number> {
  const stats = await client.info('commandstats')
  const calls = [...stats.matchAll(/^cmdstat_(?:get|hget):calls=(\d+)/gm)]
  return calls.reduce((sum, [, count]) => sum + Number(count), 0)
}
