import { beforeAll, describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { systemRandom } from '../../src/kernel/random.ts'
import { openRedisSessionStore } from '../../src/stores/redis/sessions.ts'
import { anAccount, anInstant, aSession, sessionStoreContract } from '../../src/testing/index.ts'
import { onCleanUp } from '../support/clean-up.ts'
import type { NetworkServer } from '../support/network-server.ts'
import {
  redisClient,
  startRedis,
  startRedisCluster,
  startRedisWithSentinel,
} from '../support/redis.ts'
import { openTunnel } from '../support/tunnel.ts'
import {
  answersAgain,
  type FailingServer,
  lostConnection,
  refusal,
  sessionServerFaults,
} from './session-server-faults.ts'
import { sessionSwap } from './session-swap.ts'

const now = anInstant('2030-01-01T00:00:00Z')

let server: NetworkServer
let cluster: NetworkServer[]
beforeAll(async () => {
  server = await startRedis()
  cluster = await startRedisCluster()
})

function openedStore(url: string) {
  const store = openRedisSessionStore({ url })
  onCleanUp(() => store.close())
  return store
}

const serverUrl = () => `redis://127.0.0.1:${server.port}`
const clusterUrl = () => urlOf(cluster)

function urlOf(nodes: NetworkServer[]): string {
  return `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
}

/** Fails, and comes back, as one. */
function allOf(nodes: NetworkServer[]): FailingServer {
  return {
    start: async () => void (await Promise.all(nodes.map((node) => node.start()))),
    kill: async () => void (await Promise.all(nodes.map((node) => node.kill()))),
    pause: () => {
      for (const node of nodes) node.pause()
    },
    resume: () => {
      for (const node of nodes) node.resume()
    },
  }
}

const one = async () => {
  await redisClient(server).flushall()
  return { store: openedStore(serverUrl()), account: anAccount() }
}
sessionStoreContract('redis', one)
sessionSwap('redis', one)

const several = async () => {
  for (const node of cluster) await redisClient(node).flushall()
  return { store: openedStore(clusterUrl()), account: anAccount() }
}
sessionStoreContract('redis cluster', several)
sessionSwap('redis cluster', several)

sessionServerFaults('redis', async () => {
  const own = await startRedis()
  return { store: openedStore(`redis://127.0.0.1:${own.port}`), server: own, kept: true }
})

sessionServerFaults('redis cluster', async () => {
  const nodes = await startRedisCluster()
  return { store: openedStore(urlOf(nodes)), server: allOf(nodes), kept: true }
})

lostConnection('redis', async () => {
  const tunnel = await openTunnel(server.port)
  return { store: openedStore(`redis://127.0.0.1:${tunnel.port}`), tunnel }
})

describe('a redis cluster that has lost a node', () => {
  it('answers for the sessions of the others, and tells of the rest within three seconds', async () => {
    const nodes = await startRedisCluster()
    const store = openedStore(urlOf(nodes))
    const sessions = Array.from({ length: 60 }, () => aSession(anAccount()))
    for (const session of sessions) await store.insert(session)
    await nodes[0]?.kill()
    const began = performance.now()
    const answers = await Promise.all(
      sessions.map(({ tokenHash }) => refusal(() => store.findLive(tokenHash, now))),
    )
    expect(performance.now() - began).toBeLessThan(3000)
    const refused = answers.filter((answer) => answer instanceof StoreUnavailableError)
    const found = sessions.filter((_, at) => !(answers[at] instanceof StoreUnavailableError))
    expect(refused.length).toBeGreaterThan(0)
    expect(found.length).toBeGreaterThan(0)
    expect(answers.filter((answer) => !(answer instanceof StoreUnavailableError))).toEqual(found)
  })
})

describe('redis behind Sentinel', () => {
  it('goes on at the replica when the primary is gone', async () => {
    const { primary, sentinel } = await startRedisWithSentinel()
    const store = openedStore(`redis+sentinel://127.0.0.1:${sentinel.port}/main`)
    const session = aSession(anAccount())
    await store.insert(session)
    await redisClient(primary).wait(1, 5000)
    await primary.kill()
    await answersAgain(store)
    expect(await store.findLive(session.tokenHash, now)).toEqual(session)
    expect(await store.end(session.tokenHash)).toMatchObject({ id: session.id })
  })
})

describe.each([
  ['redis', serverUrl],
  ['redis cluster', clusterUrl],
])('sessions of several accounts: %s', (_, url) => {
  it('end when somebody else signs in instead, whichever nodes keep them', async () => {
    const store = openedStore(url())
    for (let round = 0; round < 16; round++) {
      const [old, fresh] = [aSession(anAccount()), aSession(anAccount())]
      await store.insert(old)
      await store.insert(fresh, { replaced: old.tokenHash, most: 10 })
      expect(await store.findLive(old.tokenHash, now)).toBeUndefined()
      expect(await store.listLive(old.accountId, 0, now)).toEqual([])
      expect(await store.findLive(fresh.tokenHash, now)).toEqual(fresh)
    }
  })
})

describe('redis', () => {
  it('keeps nothing longer than the session could live', async () => {
    const store = openedStore(serverUrl())
    const client = redisClient(server)
    await client.flushall()
    await store.insert(aSession(anAccount()))
    const day = 24 * 60 * 60 * 1000
    for (const key of await client.keys('*')) {
      const left = await client.pttl(key)
      expect(left).toBeGreaterThan(day - 60_000)
      expect(left).toBeLessThanOrEqual(day)
    }
  })

  it('that was emptied has no sessions, and takes new ones', async () => {
    const store = openedStore(serverUrl())
    const [before, after] = [aSession(anAccount()), aSession(anAccount())]
    await store.insert(before)
    await redisClient(server).flushall()
    expect(await store.findLive(before.tokenHash, now)).toBeUndefined()
    expect(await store.end(before.tokenHash)).toBeUndefined()
    await store.insert(after)
    expect(await store.findLive(after.tokenHash, now)).toEqual(after)
  })

  it('gives up in time to listen over a connection that the network has lost', async () => {
    const tunnel = await openTunnel(server.port)
    tunnel.darken()
    const url = `redis://127.0.0.1:${tunnel.port}`
    const wire = openedStore(url).wire(systemRandom)
    const opening = wire?.open({ heard: () => undefined, broken: () => undefined })
    await expect(opening).rejects.toBeInstanceOf(StoreUnavailableError)
  })

  it('is sent its scripts again when it has forgotten them', async () => {
    const store = openedStore(serverUrl())
    const session = aSession(anAccount())
    await redisClient(server).script('FLUSH')
    await store.insert(session)
    expect(await store.findLive(session.tokenHash, now)).toEqual(session)
  })
})
