import { describe, expect, it } from 'vitest'
import type { Budget, Claim, TakeOutcome } from '../../src/core/limits/index.ts'
import { type Instant, minutes, plus } from '../../src/kernel/clock.ts'
import { MemoryLimitStore } from '../../src/stores/memory/limits.ts'
import { anInstant } from '../../src/testing/index.ts'
import { aClaim } from '../../src/testing/records.ts'
import { forget, giveBack } from '../../src/testing/settling.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const two: Budget = { points: 2, window: minutes(15), grows: false }

function minute(count: number): Instant {
  return plus(start, minutes(count))
}

/** With three of three keys, one of which was taken in each of the first minutes. */
async function full() {
  const store = new MemoryLimitStore({ bound: 3 })
  const claims = [aClaim(two), aClaim(two), aClaim(two)] as const
  for (const [at, claim] of claims.entries()) await store.take([claim], minute(at))
  return { store, claims }
}

function leftOf(outcome: TakeOutcome): readonly number[] | 'refused' {
  return outcome.kind === 'taken' ? outcome.taken.map(({ left }) => left) : 'refused'
}

describe('the bound of counters in memory', () => {
  it('refuses whom it does not know until something is over, and tells that once', async () => {
    const { store } = await full()
    const stranger = aClaim(two)
    const refused = { kind: 'refused', claim: stranger, wait: minutes(12) }
    expect(await store.take([stranger], minute(3))).toEqual({ ...refused, isFirst: true })
    expect(await store.take([stranger], minute(3))).toEqual({ ...refused, isFirst: false })
    expect(leftOf(await store.take([stranger], minute(15)))).toEqual([1])
    expect(await store.take([aClaim(two)], minute(15))).toMatchObject({
      wait: minutes(1),
      isFirst: true,
    })
  })

  it('counts on whom it knows: a flood of new keys lets nobody try more often', async () => {
    const { store, claims } = await full()
    const flood = Array.from({ length: 10_000 }, () => store.take([aClaim(two)], minute(3)))
    expect(new Set((await Promise.all(flood)).map(leftOf))).toEqual(new Set(['refused']))
    for (const claim of claims) {
      expect(leftOf(await store.take([claim], minute(4)))).toEqual([0])
      expect(leftOf(await store.take([claim], minute(4)))).toBe('refused')
    }
  })

  it('refuses where there is room for some and not for all, and takes of none', async () => {
    const { store, claims } = await full()
    await forget(store, [claims[0].key])
    const strangers = [aClaim(two), aClaim(two)] as const
    expect(await store.take([claims[1], ...strangers], minute(3))).toMatchObject({
      kind: 'refused',
      claim: strangers[1],
    })
    expect(leftOf(await store.take([claims[1], strangers[0]], minute(3)))).toEqual([0, 1])
  })

  it('makes room by what was given back, and by what was over under the same keys', async () => {
    const { store, claims } = await full()
    const outcome = await store.take([claims[2]], minute(3))
    if (outcome.kind === 'taken') await giveBack(store, outcome.taken)
    expect(leftOf(await store.take([aClaim(two)], minute(3)))).toBe('refused')
    const all: Claim[] = [claims[0], aClaim(two), claims[1]]
    expect(leftOf(await store.take(all, minute(15)))).toBe('refused')
    expect(leftOf(await store.take(all.slice(0, 2), minute(16)))).toEqual([1, 1])
    expect(leftOf(await store.take([aClaim(two)], minute(16)))).toBe('refused')
  })

  it('finds what is over of budgets that last longer and shorter, whichever came first', async () => {
    const store = new MemoryLimitStore({ bound: 3 })
    const short: Budget = { ...two, window: minutes(1) }
    const long: Budget = { ...two, grows: true }
    await store.take([aClaim(long), aClaim(two), aClaim(short)], start)
    expect(await store.take([aClaim(long)], start)).toMatchObject({ wait: minutes(1) })
    expect(leftOf(await store.take([aClaim(long)], minute(1)))).toEqual([1])
    expect(await store.take([aClaim(two)], minute(1))).toMatchObject({ wait: minutes(14) })
    expect(await store.sweep(minute(15), 10)).toBe(1)
    expect(await store.sweep(minute(24 * 60), 10)).toBe(1)
    expect(await store.sweep(minute(24 * 60 + 1), 10)).toBe(1)
  })
})
