import { beforeEach, describe, expect, it } from 'vitest'
import type { Budget, Claim, LimitStore, Settlement, Taken } from '../core/limits/index.ts'
import { minutes } from '../kernel/clock.ts'
import { aClaim, anInstant } from '../testing/records.ts'
import { forget, giveBack } from '../testing/settling.ts'
import { MemoryLimitStore } from './memory/limits.ts'
import { SettlingLimitStore } from './settling-limits.ts'

const now = anInstant('2030-01-01T00:00:00Z')
const five: Budget = { points: 5, window: minutes(1), grows: false }

/** A store that settles when it is told to. */
class Slow extends MemoryLimitStore {
  readonly settled: Settlement[] = []
  readonly closed: string[] = []
  fault: Error | undefined
  gate: Promise<void> = Promise.resolve()

  override async settle(settlement: Settlement): Promise<void> {
    this.settled.push(settlement)
    await this.gate
    if (this.fault) throw this.fault
    await super.settle(settlement)
  }

  async close(): Promise<void> {
    this.closed.push(`after ${this.settled.length}`)
  }
}

let slow: Slow
let faults: unknown[]
let store: LimitStore

beforeEach(() => {
  ;[slow, faults] = [new Slow(), []]
  store = new SettlingLimitStore(slow, { failed: (fault) => faults.push(fault) })
})

async function take(...claims: Claim[]): Promise<readonly Taken[]> {
  const outcome = await store.take(claims, now)
  return outcome.kind === 'taken' ? outcome.taken : []
}

describe('what is given back and forgotten', () => {
  it('is waited for by nobody, and is settled by the time that one of its keys is taken again', async () => {
    const [back, kept] = [aClaim(five), aClaim(five)]
    const taken = await take(back, kept)
    await store.settle({ back: taken.slice(0, 1), forgotten: [kept.key] })
    expect(slow.settled).toEqual([])
    expect(await take(back)).toMatchObject([{ left: 4 }])
    expect(slow.settled).toEqual([{ back: taken.slice(0, 1), forgotten: [kept.key] }])
    expect(await take(kept)).toMatchObject([{ left: 4 }])
  })

  it('holds nobody up who takes of other keys', async () => {
    const gate = Promise.withResolvers<void>()
    slow.gate = gate.promise
    const [one, two] = [aClaim(five), aClaim(five)]
    await giveBack(store, await take(one))
    expect(await take(two)).toHaveLength(1)
    const again = take(one)
    let isOver = false
    void again.then(() => {
      isOver = true
    })
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    expect([slow.settled.length, isOver]).toEqual([1, false])
    gate.resolve()
    expect(await again).toMatchObject([{ left: 4 }])
  })

  it('travels together: what comes up in one turn, and what comes up while another is under way', async () => {
    const gate = Promise.withResolvers<void>()
    slow.gate = gate.promise
    const claims = Array.from({ length: 16 }, () => aClaim(five))
    const taken = await take(...claims)
    for (const one of taken.slice(0, 8)) await giveBack(store, [one])
    await new Promise(setImmediate)
    for (const one of taken.slice(8)) {
      await giveBack(store, [one])
      await new Promise(setImmediate)
    }
    gate.resolve()
    expect((await take(...claims)).map(({ left }) => left)).toEqual(claims.map(() => 4))
    expect(slow.settled.map(({ back }) => back)).toEqual([taken.slice(0, 8), taken.slice(8)])
  })

  it('counts for each of 32 parallel callers who share a key', async () => {
    const shared = aClaim({ ...five, points: 100 })
    await Promise.all(
      Array.from({ length: 32 }, async () => giveBack(store, await take(shared, aClaim(five)))),
    )
    expect(await take(shared)).toMatchObject([{ left: 99 }])
  })

  it('is not lost when the process ends in good order', async () => {
    const claim = aClaim(five)
    await forget(
      store,
      (await take(claim)).map(({ key }) => key),
    )
    await store.close?.()
    expect(slow.closed).toEqual(['after 1'])
    expect(await take(claim)).toMatchObject([{ left: 4 }])
  })

  it('tells of a fault, and stands in nobody’s way after it', async () => {
    const claim = aClaim(five)
    slow.fault = new TypeError('broken')
    await giveBack(store, await take(claim))
    expect(await take(claim)).toMatchObject([{ left: 3 }])
    expect(faults).toEqual([slow.fault])
    slow.fault = undefined
    await forget(store, [claim.key])
    expect(await take(claim)).toMatchObject([{ left: 4 }])
    expect(faults).toHaveLength(1)
  })

  it('is given up where the store does not answer, and what came up meanwhile with it', async () => {
    const never = Promise.withResolvers<void>()
    slow.gate = never.promise
    store = new SettlingLimitStore(slow, { failed: (fault) => faults.push(fault), patience: 20 })
    const [one, two] = [aClaim(five), aClaim(five)]
    await giveBack(store, await take(one))
    while (slow.settled.length === 0) await new Promise(setImmediate)
    await giveBack(store, await take(two))
    expect([await take(one), await take(two)]).toMatchObject([[{ left: 3 }], [{ left: 3 }]])
    expect(slow.settled).toHaveLength(1)
    expect(faults).toMatchObject([{ message: 'no answer within 20 ms' }])
    slow.gate = Promise.resolve()
    await forget(store, [two.key])
    expect(await take(two)).toMatchObject([{ left: 4 }])
    await store.close?.()
  })

  it('travels as several where it is very much', async () => {
    const claims = Array.from({ length: 600 }, () => aClaim(five))
    await giveBack(store, await take(...claims))
    await forget(store, [aClaim(five).key])
    await take(claims[0] as Claim)
    const sizes = slow.settled.map(({ back, forgotten }) => [back.length, forgotten.length])
    expect(sizes).toEqual([
      [250, 1],
      [250, 0],
      [100, 0],
    ])
  })
})
