import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Credential, me, sendJson } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { startsOf } from './health.ts'
import { brokenPromises, Load } from './load.ts'
import { threeNodesOnPostgres, threeNodesOnRedis } from './three-nodes.ts'

it.each([
  { place: 'sessions in PostgreSQL', start: threeNodesOnPostgres },
  { place: 'sessions in Redis', start: threeNodesOnRedis },
])(
  'a node that is killed takes no promise along, and nobody else’s requests: $place',
  async ({ start }) => {
    const { nodes } = await start()
    const [killed, ...others] = nodes
    const loads = nodes.map(({ url }) => new Load(url))
    for (const load of loads) load.start(4)
    const [lost, ...kept] = loads as [Load, ...Load[]]
    await lost.untilAcknowledged(20)
    const leaving = signOuts(killed.url, lost)
    await eventually('10 sign-outs', () => leaving.ended.length >= 10, 60_000)

    const before = kept.map(acknowledged)
    await killed.kill()
    await leaving.stop()
    for (const [at, load] of kept.entries()) await load.untilAcknowledged((before[at] ?? 0) + 20)
    await Promise.all(loads.map((load) => load.stop()))

    for (const load of kept) {
      expect(load.unanswered).toEqual([])
      expect(load.refusals).toEqual([])
    }
    expect(lost.refusals).toEqual([])
    for (const { url } of others) {
      for (const load of loads) expect(await brokenPromises(url, load)).toEqual([])
      for (const credential of leaving.ended) expect((await me(url, credential)).status).toBe(401)
    }
    expect(others.map(startsOf)).toEqual([1, 1])
  },
)

function acknowledged({ accounts, sessions }: Load): number {
  return accounts.length + sessions.length
}

/** Ends sessions of the load, one after the other, for as long as the node answers. */
function signOuts(url: string, load: Load) {
  /** Answered 200: they must be refused for ever. */
  const ended: Credential[] = []
  let stopping = false
  const work = async () => {
    while (!stopping) {
      // One that is never answered may have ended or not: it is no promise any more.
      const credential = load.sessions.shift()
      if (!credential) await delay(5)
      const answer =
        credential && (await sendJson(`${url}/logout`, {}, credential).catch(() => null))
      if (answer === null) return
      if (answer?.status === 200) ended.push(credential as Credential)
      else if (answer) throw new Error(`not signed out: ${answer.status}`)
    }
  }
  const working = work()
  const stop = () => {
    stopping = true
    return working
  }
  return { ended, stop }
}
