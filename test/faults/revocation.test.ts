import { beforeAll, describe, expect, it } from 'vitest'
import { type Credential, me, someoneSignedIn } from '../support/client.ts'
import { acceptedAfter, isAccepted, warm } from './acceptance.ts'
import { type Cut, cutsOfPostgres, cutsOfRedis } from './cuts.ts'
import { untilRemembered } from './remembering.ts'
import {
  ofAccounts,
  ofSessions,
  type RevocationKind,
  signOut,
  someoneSignedInTwice,
} from './revocation-kinds.ts'
import { type Deployment, threeNodesOnPostgres, threeNodesOnRedis } from './three-nodes.ts'

/** What the documentation promises, in milliseconds. */
const bound = 1000

const everyKind = [...ofSessions, ...ofAccounts]

const places = [
  {
    place: 'sessions in PostgreSQL',
    start: threeNodesOnPostgres,
    cuts: combined(cutsOfPostgres, everyKind),
  },
  {
    place: 'sessions in Redis',
    start: threeNodesOnRedis,
    cuts: [...combined(cutsOfPostgres, ofAccounts), ...combined(cutsOfRedis, ofSessions)],
  },
]

describe.each(places)('three nodes, $place', ({ start, cuts }) => {
  let deployment: Deployment
  beforeAll(async () => {
    deployment = await start()
  })

  it.each(everyKind)('$kind is known to all', async (kind) => {
    await expectRefusedInTime(deployment, kind)
  })

  it.each(cuts)('$kind is known to all within a second, although $cut', async (story) => {
    await untilRemembered(deployment, (await someoneSignedIn(deployment.nodes[0].url)).credential)
    await expectRefusedInTime(deployment, story, story.begin)
  })

  it('remember again when word can be heard again', async () => {
    const { credential } = await someoneSignedIn(deployment.nodes[0].url)
    await untilRemembered(deployment, credential)
  })
})

describe('a node that is cut off from Redis altogether', () => {
  it('accepts nothing from memory after a second, and remembers again when Redis is back', async () => {
    const deployment = await threeNodesOnRedis()
    const [first, , last] = deployment.nodes
    const { credential } = await someoneSignedIn(first.url)
    await untilRemembered(deployment, credential)
    const someone = await someoneSignedInTwice(first.url)
    await warm(deployment.nodes, someone.credential)

    const lighten = deployment.redis.lastTunnel.darken()
    const lasted = await acceptedAfter([last], {
      credential: someone.credential,
      revoke: () => signOut.revoke(first.url, someone, deployment),
      // Until it has been told that it cannot know, and has tried to connect in the dark.
      next: async () => void setTimeout(lighten, 5 * bound),
    })
    expect(Math.max(...lasted)).toBeLessThan(bound)
    await untilRemembered(deployment, credential)
  })
})

/** Ends a session at the first node, and asks the others all along. */
async function expectRefusedInTime(
  deployment: Deployment,
  { revoke, by }: RevocationKind,
  cut?: Cut,
): Promise<void> {
  const { nodes } = deployment
  const [first, ...others] = nodes
  const someone = await someoneSignedInTwice(first.url)
  const { credential, acting } = someone
  await warm(nodes, credential)
  await warm(nodes, acting)

  const heal = await cut?.(deployment)
  try {
    const lasted = await acceptedAfter(by === 'node' ? others : nodes, {
      credential,
      revoke: () => revoke(first.url, someone, deployment),
      next: async (remaining) => {
        if (by === 'node') expect(await isAccepted(first.url, credential)).toBe(false)
        for (const { url } of remaining ? nodes : []) {
          expect(await isAccepted(url, remaining as Credential)).toBe(true)
        }
      },
    })
    expect(Math.max(...lasted)).toBeLessThan(bound)
    for (const { url } of nodes) expect((await me(url, credential)).status).toBe(401)
  } finally {
    heal?.()
  }
}

function combined(
  cuts: readonly { readonly cut: string; readonly begin: Cut }[],
  kinds: readonly RevocationKind[],
) {
  return cuts.flatMap((cut) => kinds.map((kind) => ({ ...cut, ...kind })))
}
