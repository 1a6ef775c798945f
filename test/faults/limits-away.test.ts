import { describe, expect, it } from 'vitest'
import {
  type Answer,
  aPerson,
  type Credential,
  me,
  type Person,
  register,
  send,
  sendForm,
  sendJson,
  signIn,
  someoneSignedIn,
} from '../support/client.ts'
import { databases } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { ParsedMetrics } from '../support/metrics.ts'
import type { NetworkServer } from '../support/network-server.ts'
import { startRedis } from '../support/redis.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { liveness, readiness, startsOf } from './health.ts'
import { longestWait } from './outage.ts'
import { cheapHashes } from './three-nodes.ts'

interface Service {
  readonly server: ServerProcess
  readonly redis: NetworkServer
  readonly person: Person
  readonly credential: Credential
}

/** A server whose limits alone are in Redis, and somebody who is signed in. */
async function served(env: Record<string, string>): Promise<Service> {
  const redis = await startRedis()
  const server = await startServer({
    env: {
      ...cheapHashes,
      ...env,
      SALLYPORT_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      SALLYPORT_SESSION_STORE: 'database',
      SALLYPORT_LIMITS: '',
    },
  })
  return { server, redis, ...(await someoneSignedIn(server.url)) }
}

const outages = [
  {
    title: 'killed',
    begin: (redis: NetworkServer) => redis.kill(),
    end: (redis: NetworkServer) => redis.start(),
  },
  {
    title: 'frozen',
    begin: async (redis: NetworkServer) => redis.pause(),
    end: async (redis: NetworkServer) => redis.resume(),
  },
]

function expectUnavailable({ status, headers, took }: Answer): void {
  expect([status, Number(headers.get('retry-after')) > 0]).toEqual([503, true])
  expect(headers.getSetCookie()).toEqual([])
  expect(took).toBeLessThan(longestWait)
}

async function fallback({ managementUrl }: ServerProcess): Promise<number | undefined> {
  const { body } = await send(`${managementUrl}/metrics`)
  return new ParsedMetrics(body).value('sallyport_limit_fallback')
}

function told({ stderr }: ServerProcess, text: string): number {
  return stderr.split('\n').filter((line) => line.includes(text)).length
}

const outage = 'limits cannot be counted where all nodes count'
const recovery = 'limits are counted again'

describe.each(databases)(
  'with accounts in %s, while Redis is away that counts,',
  (_, environment) => {
    it.each(outages)(
      'because it was $title: nobody guesses, what costs work is limited to half, and all goes on',
      async ({ begin, end }) => {
        const { server, redis, person, credential } = await served(await environment())
        expect(await fallback(server)).toBe(0)
        await begin(redis)

        // Whoever could guess is let through nowhere, right or wrong, known or not.
        const { email, password } = person
        const wrong = { ...person, password: 'wrong lanterns entirely' }
        const guesses = [
          () => signIn(server.url, person),
          () => signIn(server.url, wrong, 'bearer'),
          () => sendForm(`${server.url}/token`, { username: email, password }),
          () => sendForm(`${server.url}/login`, { email, password }),
          () => signIn(server.url, aPerson()),
          () => sendJson(`${server.url}/confirm`, { password }, credential),
        ]
        // Two at a time: half of what a network may have under way.
        for (const at of [0, 2, 4]) {
          const answers = await Promise.all(guesses.slice(at, at + 2).map((guess) => guess()))
          for (const answer of answers) expectUnavailable(answer)
        }

        // Whoever is signed in stays so, and probes take it for no failure of this node.
        expect((await me(server.url, credential)).status).toBe(200)
        expect([await liveness(server), await readiness(server)]).toEqual([200, 200])

        // Half of three is one, of this node alone: what was counted elsewhere is not known.
        const registered = [
          await register(server.url, aPerson()),
          await register(server.url, aPerson()),
        ]
        expect(registered.map(({ status }) => status)).toEqual([201, 429])
        expect(Number(registered[1]?.headers.get('retry-after'))).toBeGreaterThan(3000)

        expect([told(server, outage), told(server, recovery)]).toEqual([1, 0])
        expect(await fallback(server)).toBe(1)

        await end(redis)
        await eventually('signed in', async () => (await signIn(server.url, person)).status === 200)
        expect(await fallback(server)).toBe(0)
        await eventually('word of it', () => told(server, recovery) > 0)
        expect([told(server, outage), told(server, recovery)]).toEqual([1, 1])
        expect(startsOf(server)).toBe(1)
      },
    )
  },
)
