import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startServer } from '../support/server-process.ts'
import { halfMade } from './half-made.ts'
import { brokenPromises, Load } from './load.ts'

const kills = 20
const workers = 20

it(`keeps on SQLite, over ${kills} kills, every account and session that it acknowledged, and nothing half-made`, {
  timeout: 240_000,
}, async () => {
  const server = await startServer()
  const all = new Load(server.url)
  for (let kill = 0; kill < kills; kill++) {
    const load = new Load(server.url)
    load.start(workers)
    // Another moment of the work each time: with hashes running, and with commits.
    await load.untilAcknowledged(3 + 2 * kill)
    await delay(kill % 5)
    expect(load.inFlight).toBeGreaterThanOrEqual(16)
    await server.kill()
    await load.stop()
    expect(load.refusals).toEqual([])

    await server.start()
    expect(inFile(server.dataDir)).toEqual({ integrity: 'ok', halfMade: [] })
    expect(await brokenPromises(server.url, load)).toEqual([])
    all.accounts.push(...load.accounts)
    all.sessions.push(...load.sessions)
  }
  expect(all.sessions.length).toBeGreaterThan(kills)
  expect(await brokenPromises(server.url, all)).toEqual([])
})

function inFile(dataDir: string): { integrity: unknown; halfMade: string[] } {
  const database = new DatabaseSync(join(dataDir, 'sallyport.db'), { readOnly: true })
  try {
    const integrity = database.prepare('pragma integrity_check').get()?.['integrity_check']
    const found = halfMade.filter(({ query }) => database.prepare(query).all().length > 0)
    return { integrity, halfMade: found.map(({ what }) => what) }
  } finally {
    database.close()
  }
}
