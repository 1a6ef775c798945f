import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { aPerson, credentialOf, me, register, sendJson, signIn } from '../support/client.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { startRedis } from '../support/redis.ts'
import { startServer } from '../support/server-process.ts'
import { liveHeap, measurable } from './live-heap.ts'
import { cheapHashes } from './three-nodes.ts'

const pairs = 2000
const mebibyte = 2 ** 20

it('a node that people have come to and left two thousand times holds nothing of them', async () => {
  const redis = await startRedis()
  const { env, port } = await measurable()
  const server = await startServer({
    env: {
      ...env,
      ...cheapHashes,
      SALLYPORT_DATABASE_URL: await freshPostgresDatabase(),
      SALLYPORT_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    },
  })
  const people = Array.from({ length: 8 }, aPerson)
  for (const person of people) expect((await register(server.url, person)).status).toBe(201)
  const comeAndGo = async (count: number) => {
    const lanes = people.map(async (person) => {
      for (let pair = 0; pair < count / people.length; pair += 1) {
        const credential = credentialOf(await signIn(server.url, person))
        expect((await me(server.url, credential)).status).toBe(200)
        expect((await sendJson(`${server.url}/logout`, {}, credential)).status).toBe(200)
      }
    })
    await Promise.all(lanes)
  }
  // Code is compiled, pools and caches are as large as they get.
  await comeAndGo(pairs / 4)
  const before = { heap: await liveHeap(port), resident: resident(server.id) }
  await comeAndGo(pairs)
  // Four kilobytes of each pair would be eight mebibytes.
  expect((await liveHeap(port)) - before.heap).toBeLessThan(8 * mebibyte)
  expect(resident(server.id) - before.resident).toBeLessThan(200 * mebibyte)
})

/** Bytes (proc(5)). */
function resident(id: number): number {
  const status = readFileSync(`/proc/${id}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
}
