import { beforeEach, describe, expect, it } from 'vitest'
import type { Budget, LimitStore } from '../core/limits/index.ts'
import { minutes, plus } from '../kernel/clock.ts'
import { StoreUnavailableError } from '../kernel/errors.ts'
import { aClaim, anInstant } from '../testing/records.ts'
import { forget, giveBack } from '../testing/settling.ts'
import { FallbackLimitStore } from './fallback-limits.ts'
import { MemoryLimitStore } from './memory/limits.ts'

const now = anInstant('2030-01-01T00:00:00Z')
const ten: Budget = { points: 10, window: minutes(1), grows: false }
const secret: Budget = { ...ten, failsClosed: true }
const fault = new StoreUnavailableError('away')

/** A store that all nodes share, and that may be away. */
class Shared implements LimitStore {
  readonly #store = new MemoryLimitStore()
  fault: Error | undefined

  take: LimitStore['take'] = (claims, at) => this.#answered(() => this.#store.take(claims, at))
  settle: LimitStore['settle'] = (all) => this.#answered(() => this.#store.settle(all))
  sweep: LimitStore['sweep'] = (at, limit) => this.#answered(() => this.#store.sweep(at, limit))

  async #answered<Result>(answer: () => Promise<Result>): Promise<Result> {
    if (this.fault) throw this.fault
    return answer()
  }
}

let shared: Shared
let local: MemoryLimitStore
let reported: unknown[]
let store: FallbackLimitStore

beforeEach(() => {
  ;[shared, local, reported] = [new Shared(), new MemoryLimitStore(), []]
  store = new FallbackLimitStore({ shared, local, report: (one) => reported.push(one) })
})

/** How many points there are until the first refusal. */
async function pointsOf(claim: ReturnType<typeof aClaim>): Promise<number> {
  for (let points = 0; ; points++) {
    if ((await store.take([claim], now)).kind === 'refused') return points
  }
}

describe('limits while all nodes count together', () => {
  it('are counted there alone, and nothing is reported', async () => {
    const claim = aClaim(ten)
    expect(await pointsOf(claim)).toBe(10)
    expect((await shared.take([claim], now)).kind).toBe('refused')
    expect((await local.take([claim], now)).kind).toBe('taken')
    expect(reported).toEqual([])
  })
})

describe('limits while they cannot be counted together', () => {
  beforeEach(() => {
    shared.fault = fault
  })

  it('let nobody guess at all', async () => {
    await expect(store.take([aClaim(secret)], now)).rejects.toBe(fault)
    await expect(store.take([aClaim(ten), aClaim(secret)], now)).rejects.toBe(fault)
    await expect(store.take([aClaim(secret), aClaim(ten)], now)).rejects.toBe(fault)
  })

  it('are counted here, to half, and to one at least', async () => {
    expect(await pointsOf(aClaim(ten))).toBe(5)
    expect(await pointsOf(aClaim({ ...ten, points: 5 }))).toBe(2)
    expect(await pointsOf(aClaim({ ...ten, points: 1 }))).toBe(1)
  })

  it('give back, and begin anew, what was counted here', async () => {
    const claim = aClaim(ten)
    const outcome = await store.take([claim], now)
    if (outcome.kind === 'refused') throw new Error('refused')
    await giveBack(store, outcome.taken)
    expect(await pointsOf(claim)).toBe(5)
    await forget(store, [claim.key])
    expect(await pointsOf(claim)).toBe(5)
  })

  it('keep what cannot be given back where all count: the stricter way', async () => {
    shared.fault = undefined
    const claim = aClaim(ten)
    const outcome = await store.take([claim], now)
    if (outcome.kind === 'refused') throw new Error('refused')
    shared.fault = fault
    await giveBack(store, outcome.taken)
    await forget(store, [claim.key])
    shared.fault = undefined
    expect(await pointsOf(claim)).toBe(9)
  })

  it('are removed here when they are over, though they cannot be there', async () => {
    await store.take([aClaim(ten)], now)
    const later = plus(now, minutes(5))
    await store.sweep(later, 100).catch(() => undefined)
    expect(await local.sweep(later, 100)).toBe(0)
  })

  it('are reported once, with the reason, and once when they can be again', async () => {
    for (let time = 0; time < 5; time++) await store.take([aClaim(ten)], now)
    await forget(store, [])
    expect(reported).toEqual([fault])
    shared.fault = undefined
    for (let time = 0; time < 5; time++) await store.take([aClaim(ten)], now)
    expect(reported).toEqual([fault, undefined])
    shared.fault = fault
    await giveBack(store, [])
    expect(reported).toEqual([fault, undefined, fault])
  })
})

describe('a fault that is no outage', () => {
  it('is nobody’s reason to count elsewhere, and is not hidden', async () => {
    const broken = new TypeError('broken')
    shared.fault = broken
    await expect(store.take([aClaim(ten)], now)).rejects.toBe(broken)
    await expect(giveBack(store, [])).rejects.toBe(broken)
    await expect(forget(store, [])).rejects.toBe(broken)
    expect(reported).toEqual([])
  })
})

describe('what is swept and closed', () => {
  it('is what is in both', async () => {
    await shared.take([aClaim(ten)], now)
    await local.take([aClaim(ten)], now)
    const later = plus(now, minutes(5))
    expect(await store.sweep(later, 100)).toBe(1)
    expect(await local.sweep(later, 100)).toBe(0)
    const closed: string[] = []
    const closing = (name: string) =>
      Object.assign(new MemoryLimitStore(), { close: async () => void closed.push(name) })
    const both = { shared: closing('shared'), local: closing('local'), report: () => undefined }
    await new FallbackLimitStore(both).close()
    expect(closed).toEqual(['shared', 'local'])
    await new FallbackLimitStore({ ...both, ...{ shared, local } }).close()
  })
})
