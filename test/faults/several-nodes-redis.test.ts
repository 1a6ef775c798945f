import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  type Credential,
  credentialOf,
  me,
  sendJson,
  signIn,
  someoneSignedIn,
} from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { acceptedAfter, isAccepted, warm } from './acceptance.ts'
import { liveness, readiness, startsOf, untilReadinessIs } from './health.ts'
import { longestWait } from './outage.ts'
import { untilRemembered } from './remembering.ts'
import { type Deployment, type RedisOfNodes, threeNodesOnRedis } from './three-nodes.ts'

let deployment: Deployment & { readonly redis: RedisOfNodes }
beforeAll(async () => {
  deployment = await threeNodesOnRedis()
})

it('go on after Redis was killed and has come back with what it held', async () => {
  const { nodes, redis } = deployment
  const [first, ...others] = nodes
  const { credential } = await someoneSignedIn(first.url)
  await warm(nodes, credential)
  await redis.server.kill()
  await redis.server.start()
  await untilAllAreReady()
  await warm(nodes, credential)
  await untilRemembered(deployment, credential)
  const lasted = await acceptedAfter(others, {
    credential,
    revoke: async () => expect((await logout(first.url, credential)).status).toBe(200),
  })
  expect(Math.max(...lasted)).toBeLessThan(1000)
})

describe('while Redis is away', () => {
  const outages = [
    { title: 'killed', begin: kill, end: () => deployment.redis.server.start() },
    { title: 'frozen', begin: freeze, end: () => deployment.redis.server.resume() },
  ]

  it.each(outages)(
    'because it was $title, whoever needs a session is told so in time; then all goes on',
    async ({ begin, end }) => {
      const { nodes } = deployment
      const { person, credential } = await someoneSignedIn(nodes[0].url)
      const leaving = credentialOf(await signIn(nodes[0].url, person))
      await warm(nodes, credential)
      await begin()
      try {
        // What a node has heard of until then it may go on answering from memory for a second.
        await eventually('not from memory', async () => {
          const answers = await Promise.all(nodes.map(({ url }) => me(url, credential)))
          return answers.every(({ status }) => status === 503)
        })
        for (const node of nodes) {
          const answers = [
            me(node.url, credential),
            signIn(node.url, person),
            signIn(node.url, person, 'bearer'),
            logout(node.url, leaving),
          ]
          expect(await liveness(node)).toBe(200)
          for (const answer of await Promise.all(answers)) expectUnavailable(answer)
          expect(await readiness(node)).toBe(503)
        }
      } finally {
        await end()
      }
      await untilAllAreReady()
      await warm(nodes, credential)
      await warm(nodes, credentialOf(await signIn(nodes[1].url, person)))
      await untilRemembered(deployment, credential)
    },
  )

  it('a sign-out that could not be done can be asked for again, at another node', async () => {
    const { nodes, redis } = deployment
    const [first, second, last] = nodes
    const { credential } = await someoneSignedIn(first.url)
    await untilRemembered(deployment, credential)
    redis.server.pause()
    const refused = await logout(first.url, credential)
    redis.server.resume()
    expectUnavailable(refused)
    // It may have been done, and nobody told of it. Whoever acknowledges it now has to.
    await untilAllAreReady()
    const lasted = await acceptedAfter([first, last], {
      credential,
      revoke: async () => expect((await logout(second.url, credential)).status).toBe(200),
    })
    expect(Math.max(...lasted)).toBeLessThan(1000)
  })
})

describe('when Redis is emptied', () => {
  it('sign-ins work, and who signs out is signed out, although Redis knows nothing of them', async () => {
    const { nodes, redis } = deployment
    const [first, ...others] = nodes
    const { person, credential } = await someoneSignedIn(first.url)
    await untilRemembered(deployment, credential)
    await redis.client.flushall()

    // Nobody told of it: what is remembered is good for a minute at most, unless it is ended.
    const fresh = credentialOf(await signIn(first.url, person))
    await warm(nodes, fresh)
    const lasted = await acceptedAfter(others, {
      credential,
      revoke: async () => expect((await logout(first.url, credential)).status).toBe(200),
      next: async () => expect(await isAccepted(first.url, credential)).toBe(false),
    })
    expect(Math.max(...lasted)).toBeLessThan(1000)
    await warm(nodes, fresh)
    for (const { url } of nodes) expect((await me(url, credential)).status).toBe(401)
  })

  it('who signs out at a node that has never seen them is signed out everywhere', async () => {
    const { nodes, redis } = deployment
    const [first, ...others] = nodes
    const { credential } = await someoneSignedIn(first.url)
    await warm(others, credential)
    await redis.client.flushall()
    const lasted = await acceptedAfter(others, {
      credential,
      revoke: async () => expect((await logout(first.url, credential)).status).toBe(200),
    })
    expect(Math.max(...lasted)).toBeLessThan(1000)
  })

  it('by a restart, everybody is signed out and can sign in, and no node needs a restart', async () => {
    const { nodes, redis } = deployment
    const { person, credential } = await someoneSignedIn(nodes[0].url)
    await untilRemembered(deployment, credential)
    await redis.server.kill()
    rmSync(join(redis.server.folder, 'appendonlydir'), { recursive: true })
    await redis.server.start()
    await untilAllAreReady()
    for (const { url } of nodes) expect((await me(url, credential)).status).toBe(401)
    const fresh = credentialOf(await signIn(nodes[0].url, person))
    await untilRemembered(deployment, fresh)
    for (const { url } of nodes) expect((await me(url, credential)).status).toBe(401)
  })
})

it('none of them had to start again', () => {
  expect(deployment.nodes.map(startsOf)).toEqual([1, 1, 1])
})

async function untilAllAreReady(): Promise<void> {
  for (const node of deployment.nodes) await untilReadinessIs(200, node, 60_000)
}

function kill(): Promise<void> {
  return deployment.redis.server.kill()
}

async function freeze(): Promise<void> {
  deployment.redis.server.pause()
}

function logout(url: string, credential: Credential): Promise<Answer> {
  return sendJson(`${url}/logout`, {}, credential)
}

function expectUnavailable({ status, headers, body, took }: Answer): void {
  expect(status).toBe(503)
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  expect(headers.get('content-type')).toContain('application/problem+json')
  expect(JSON.parse(body)).toMatchObject({ code: 'store_unavailable', status: 503 })
  expect(body).not.toMatch(/ {4}at |\.[jt]s:\d|ECONN|redis/i)
  expect(took).toBeLessThan(longestWait)
}
