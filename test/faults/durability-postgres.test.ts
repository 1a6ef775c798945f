import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startPostgres } from '../support/postgres.ts'
import { startServer } from '../support/server-process.ts'
import { halfMade } from './half-made.ts'
import { startsOf, untilReadinessIs } from './health.ts'
import { brokenPromises, Load } from './load.ts'
import { rowsIn } from './postgres-rows.ts'

const workers = 20

it('keeps on PostgreSQL what it acknowledged when the server is killed, and nothing half-made', async () => {
  const { server, databaseUrl } = await startOnPostgres()
  for (let kill = 0; kill < 4; kill++) {
    const load = await loadOn(server.url, 5 + 15 * kill)
    await server.kill()
    await load.stop()
    expect(load.refusals).toEqual([])

    await server.start()
    expect(await halfMadeIn(databaseUrl)).toEqual([])
    expect(await brokenPromises(server.url, load)).toEqual([])
  }
})

it('keeps what it acknowledged when PostgreSQL is killed, and goes on by itself when it is back', async () => {
  const { server, postgres, databaseUrl } = await startOnPostgres()
  const load = await loadOn(server.url, 30)
  await postgres.kill()
  await delay(100)
  await load.stop()
  expect(load.unanswered).toEqual([])
  expect(new Set(load.refusals.map(({ status }) => status))).toEqual(new Set([503]))

  await postgres.start()
  await untilReadinessIs(200, server)
  expect(startsOf(server)).toBe(1)
  expect(await halfMadeIn(databaseUrl)).toEqual([])
  expect(await brokenPromises(server.url, load)).toEqual([])
})

async function startOnPostgres() {
  const postgres = await startPostgres({ durable: true })
  const databaseUrl = await postgres.createDatabase()
  const server = await startServer({ env: { SALLYPORT_DATABASE_URL: databaseUrl } })
  return { server, postgres, databaseUrl }
}

async function loadOn(url: string, acknowledged: number): Promise<Load> {
  const load = new Load(url)
  load.start(workers)
  await load.untilAcknowledged(acknowledged)
  expect(load.inFlight).toBeGreaterThanOrEqual(16)
  return load
}

async function halfMadeIn(databaseUrl: string): Promise<string[]> {
  const found: string[] = []
  for (const { what, query } of halfMade) {
    if ((await rowsIn(databaseUrl, query)).length > 0) found.push(what)
  }
  return found
}
