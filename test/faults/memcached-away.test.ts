import { expect, it } from 'vitest'
import { credentialOf, me, sendJson, signIn, someoneSignedIn } from '../support/client.ts'
import { startMemcached } from '../support/memcached.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { acceptedAfter, warm } from './acceptance.ts'
import { liveness, readiness, startsOf, untilReadinessIs } from './health.ts'
import { longestWait } from './outage.ts'
import { cheapHashes, threeNodes } from './three-nodes.ts'

it('nodes say 503 while memcached is away; when it is back all sign in again, and no node needs a restart', async () => {
  const memcached = await startMemcached()
  const env = {
    ...cheapHashes,
    SALLYPORT_DATABASE_URL: await freshPostgresDatabase(),
    SALLYPORT_SESSION_STORE: 'memcached',
    SALLYPORT_MEMCACHED_URL: `memcached://127.0.0.1:${memcached.port}`,
    SALLYPORT_SECRET: 'a master key that is the same for all of these nodes',
  }
  const nodes = await threeNodes(() => env)
  const { person, credential } = await someoneSignedIn(nodes[0].url)
  // No node has been asked about it yet, so none remembers it.
  const unseen = credentialOf(await signIn(nodes[0].url, person))
  await warm(nodes, credential)

  await memcached.kill()
  for (const node of nodes) {
    const answers = [
      me(node.url, unseen),
      signIn(node.url, person),
      sendJson(`${node.url}/logout`, {}, credential),
    ]
    expect(await liveness(node)).toBe(200)
    for (const { status, headers, body, took } of await Promise.all(answers)) {
      expect(status).toBe(503)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(JSON.parse(body).code).toBe('store_unavailable')
      expect(took).toBeLessThan(longestWait)
    }
    expect(await readiness(node)).toBe(503)
  }

  await memcached.start()
  for (const node of nodes) await untilReadinessIs(200, node, 60_000)
  // It keeps nothing on disk. What is remembered is good for a minute at most, unless it is ended.
  for (const { url } of nodes) expect((await me(url, unseen)).status).toBe(401)
  await warm(nodes, credentialOf(await signIn(nodes[0].url, person)))
  const [first, ...others] = nodes
  const lasted = await acceptedAfter(others, {
    credential,
    revoke: () => sendJson(`${first.url}/logout`, {}, credential),
  })
  expect(Math.max(...lasted)).toBeLessThan(1000)
  for (const { url } of nodes) expect((await me(url, credential)).status).toBe(401)
  expect(nodes.map(startsOf)).toEqual([1, 1, 1])
})
