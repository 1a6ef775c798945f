import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { Budget, Claim, LimitStore } from '../../src/core/limits/index.ts'
import { type Instant, minutes } from '../../src/kernel/clock.ts'
import { MemoryLimitStore } from '../../src/stores/memory/limits.ts'
import { openSqliteLimitStore } from '../../src/stores/sql/sqlite-limits.ts'
import { anInstant } from '../../src/testing/index.ts'
import { aClaim } from '../../src/testing/records.ts'
import { onCleanUp, temporaryFolder } from '../support/clean-up.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const growing: Budget = { points: 5, window: minutes(15), grows: true }
const mebibyte = 2 ** 20

/** Distinct keys, and how many of them are taken of in one call: each is a transaction. */
const [keys, together] = [1_000_000, 100]

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes that are in use after a full collection. */
function inUse(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/**
 * Calls of ever new keys. Tells what the first tenth of them and the last have cost, in microseconds of work: others on
 * this machine may be at work too.
 */
async function flood(take: (claims: Claim[], now: Instant) => Promise<unknown>, budget: Budget) {
  const tenth = keys / together / 10
  const costs: number[] = []
  for (let part = 0; part < 10; part++) {
    const before = process.threadCpuUsage()
    for (let call = part * tenth; call < (part + 1) * tenth; call++) {
      const claims = Array.from({ length: together }, () => aClaim(budget))
      await take(claims, (start + Math.floor(call / 4)) as Instant)
    }
    const { user, system } = process.threadCpuUsage(before)
    costs.push(user + system)
  }
  return { first: costs[0] as number, last: costs[9] as number }
}

async function spend(store: LimitStore, claim: Claim): Promise<void> {
  for (let point = 0; point < growing.points; point++) await store.take([claim], start)
}

it('a million distinct keys cost a file of counters no memory and no time, and it forgets nobody for them', async () => {
  const store = openSqliteLimitStore(`${temporaryFolder()}/limits.db`)
  onCleanUp(() => store.close?.())
  const claim = aClaim(growing)
  await spend(store, claim)
  const before = inUse()
  const { first, last } = await flood((claims, now) => store.take(claims, now), growing)
  expect(inUse() - before).toBeLessThan(8 * mebibyte)
  expect(last).toBeLessThan(4 * first)
  expect(await store.take([claim], start)).toMatchObject({ kind: 'refused', claim })
}, 120_000)

it('a million distinct keys take no more memory than those that fit, and it forgets nobody for them', async () => {
  const store = new MemoryLimitStore()
  const claim = aClaim(growing)
  await spend(store, claim)
  const before = inUse()
  const { first, last } = await flood((claims, now) => store.take(claims, now), growing)
  // A hundred thousand keys, and no more.
  expect(inUse() - before).toBeLessThan(64 * mebibyte)
  expect(last).toBeLessThan(4 * first)
  expect(await store.take([claim], start)).toMatchObject({ kind: 'refused', claim })
})

it('a full memory makes room by what is over, key by key, as quickly as when it was empty', async () => {
  const store = new MemoryLimitStore()
  let taken = 0
  // Four hundred new keys each millisecond, of which each lasts for half a second: half of them fit.
  const short: Budget = { points: 5, window: 500 as Budget['window'], grows: false }
  const { first, last } = await flood(async (claims, now) => {
    if ((await store.take(claims, now)).kind === 'taken') taken += 1
  }, short)
  expect(last).toBeLessThan(4 * first)
  expect(taken).toBeGreaterThan(keys / together / 4)
  expect(taken).toBeLessThan(keys / together)
})
