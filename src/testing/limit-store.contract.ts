import { describe, expect, it } from 'vitest'
import type { Budget, Claim, LimitStore, Taken, TakeOutcome } from '../core/limits/index.ts'
import { type Instant, minutes, plus } from '../kernel/clock.ts'
import { aClaim, anInstant } from './records.ts'
import { forget, giveBack } from './settling.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const five: Budget = { points: 5, window: minutes(15), grows: false }
const growing: Budget = { ...five, grows: true }

function minute(count: number, more = 0): Instant {
  return (plus(start, minutes(count)) + more) as Instant
}

function takenOf(outcome: TakeOutcome): readonly Taken[] {
  if (outcome.kind === 'refused') throw new TypeError('refused')
  return outcome.taken
}

/** Takes so many points of it at once; else all that there are. */
async function spend(
  store: LimitStore,
  claim: Claim,
  now = start,
  points = claim.budget.points,
): Promise<void> {
  for (let point = 0; point < points; point++) takenOf(await store.take([claim], now))
}

function leftOf(outcome: TakeOutcome): readonly number[] {
  return takenOf(outcome).map(({ left }) => left)
}

/**
 * What every {@link LimitStore} must do. `open` gives two that count together, as two nodes do, with nothing counted
 * yet; the same one twice where a store counts for one process alone.
 */
export function limitStoreContract(
  name: string,
  open: () => Promise<{ store: LimitStore; other: LimitStore }>,
): void {
  describe(`limit store contract: ${name}`, () => {
    it('gives as many points as there are, and tells how many are left and when all are there again', async () => {
      const { store, other } = await open()
      const claim = aClaim(five)
      expect(await store.take([claim], start)).toEqual({
        kind: 'taken',
        taken: [{ ...claim, at: start, left: 4, reset: minutes(15) }],
      })
      expect(leftOf(await other.take([claim], minute(1)))).toEqual([3])
      expect(leftOf(await store.take([claim], minute(2)))).toEqual([2])
      expect(leftOf(await other.take([claim], minute(3)))).toEqual([1])
      expect(leftOf(await store.take([claim], minute(4)))).toEqual([0])
      const refused = { kind: 'refused', claim, wait: minutes(10) }
      expect(await other.take([claim], minute(5))).toEqual({ ...refused, isFirst: true })
    })

    it('refuses until a window of time has passed since a point was taken, to the millisecond', async () => {
      const { store } = await open()
      const claim = aClaim(five)
      await store.take([claim], start)
      await spend(store, claim, minute(1), 4)
      expect(await store.take([claim], minute(15, -1))).toMatchObject({ kind: 'refused', wait: 1 })
      expect(leftOf(await store.take([claim], minute(15)))).toEqual([0])
      expect(await store.take([claim], minute(15))).toMatchObject({ wait: minutes(1) })
      expect(leftOf(await store.take([claim], minute(16)))).toEqual([3])
    })

    it('counts what a clock that is behind has taken beside what it will take', async () => {
      const { store, other } = await open()
      const claim = aClaim(five)
      await store.take([claim], minute(1))
      expect(leftOf(await other.take([claim], start))).toEqual([3])
      expect(leftOf(await store.take([claim], minute(15)))).toEqual([3])
    })

    it('gives 5 points to 200 parallel callers on two nodes, and tells one of the others that it is the first', async () => {
      const { store, other } = await open()
      const claim = aClaim(five)
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, (_, at) => (at % 2 ? store : other).take([claim], start)),
      )
      const taken = outcomes.filter(({ kind }) => kind === 'taken')
      expect(taken.flatMap(leftOf).sort()).toEqual([0, 1, 2, 3, 4])
      const first = outcomes.filter((one) => one.kind === 'refused' && one.isFirst)
      expect(first).toHaveLength(1)
    })

    it('takes a point of every claim or of none, also of 200 parallel callers on two nodes', async () => {
      const { store, other } = await open()
      const few = aClaim(five)
      const many = [1, 2, 3].map(() => aClaim({ ...five, points: 1000 }))
      const claims = [many[0] as Claim, few, ...many.slice(1)]
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, (_, at) => (at % 2 ? store : other).take(claims, start)),
      )
      expect(outcomes.filter(({ kind }) => kind === 'taken')).toHaveLength(5)
      expect(outcomes.filter((one) => one.kind === 'refused' && one.isFirst)).toHaveLength(1)
      expect(leftOf(await store.take(many, start))).toEqual([994, 994, 994])
    })

    it('lets callers that name the same keys in different orders all through', async () => {
      const { store, other } = await open()
      const claims = Array.from({ length: 6 }, () => aClaim({ ...five, points: 1000 }))
      const orders = claims.map((_, at) => [...claims.slice(at), ...claims.slice(0, at)])
      const callers = Array.from({ length: 90 }, (_, at) => async () => {
        const node = at % 2 ? store : other
        const taken = takenOf(await node.take(orders[at % 6] as Claim[], start))
        if (at % 3 === 0) await giveBack(node, taken)
        if (at % 3 === 1) await forget(node, [aClaim(five).key, ...taken.map(({ key }) => key)])
      })
      await Promise.all(callers.map((call) => call()))
      await forget(
        store,
        claims.map(({ key }) => key),
      )
      expect(leftOf(await store.take(claims, start))).toEqual(claims.map(() => 999))
    })

    it('counts each key by itself', async () => {
      const { store } = await open()
      const claim = aClaim(five)
      await spend(store, claim)
      expect(leftOf(await store.take([aClaim(five)], start))).toEqual([4])
    })

    it('names the first claim whose points are spent, in the order of the claims, and tells once of each', async () => {
      const { store, other } = await open()
      const [spare, short, long] = [aClaim(five), aClaim(five), aClaim({ ...five, points: 2 })]
      await spend(store, short)
      await spend(store, long, minute(5))
      const both = { kind: 'refused', claim: short, wait: minutes(9) }
      const claims = [spare, short, long]
      expect(await store.take(claims, minute(6))).toEqual({ ...both, isFirst: true })
      expect(await other.take(claims, minute(6))).toEqual({ ...both, isFirst: false })
      const one = { kind: 'refused', claim: long, wait: minutes(5) }
      expect(await store.take([long, short], minute(15))).toEqual({ ...one, isFirst: true })
      expect(await store.take(claims, minute(15))).toEqual({ ...one, isFirst: false })
      expect(leftOf(await store.take([spare], minute(15)))).toEqual([4])
    })

    it('tells the first who is refused again once something was taken', async () => {
      const { store } = await open()
      const claim = aClaim({ ...five, points: 1 })
      await spend(store, claim)
      expect(await store.take([claim], minute(1))).toMatchObject({ isFirst: true })
      await spend(store, claim, minute(15))
      expect(await store.take([claim], minute(16))).toMatchObject({ isFirst: true })
      expect(await store.take([claim], minute(16))).toMatchObject({ isFirst: false })
    })

    it('doubles the window of a budget that grows, up to a day, and begins anew a day after the last', async () => {
      const { store, other } = await open()
      const claim = aClaim({ ...growing, points: 1 })
      let now = start
      for (const wait of [15, 30, 60, 120, 240, 480, 960, 1440]) {
        await spend(store, claim, now)
        const refused = await other.take([claim], plus(now, minutes(1)))
        expect(refused).toMatchObject({ kind: 'refused', wait: minutes(wait - 1) })
        now = plus(now, minutes(wait))
      }
      await spend(store, claim, now)
      expect(await store.take([claim], now)).toMatchObject({ wait: minutes(15) })
    })

    it('counts what is taken by many in slices of time, rounded up', async () => {
      const { store } = await open()
      const claim = aClaim({ points: 120, window: minutes(60), grows: false })
      await spend(store, claim, minute(0, 1))
      const refused = await store.take([claim], minute(60))
      expect(refused).toMatchObject({ kind: 'refused', wait: minutes(1) })
      expect(leftOf(await store.take([claim], minute(61)))).toEqual([119])
    })
    moreOfLimitStores(open)
  })
}

function moreOfLimitStores(open: () => Promise<{ store: LimitStore; other: LimitStore }>): void {
  it('takes points back, as if they had not been taken', async () => {
    const { store, other } = await open()
    const claims = [aClaim(five), aClaim(growing)]
    const [first] = claims
    await store.take(claims, start)
    const taken = takenOf(await store.take(claims, minute(1)))
    await giveBack(other, taken)
    expect(await store.take(claims, minute(2))).toMatchObject({ taken: [{ left: 3 }, { left: 3 }] })
    await giveBack(store, taken.slice(0, 1))
    expect(leftOf(await other.take([first as Claim], minute(2)))).toEqual([2])
  })

  it('makes room by a point that was taken back, and the next refusal is a first again', async () => {
    const { store } = await open()
    const claim = aClaim({ ...growing, points: 1 })
    const taken = takenOf(await store.take([claim], start))
    expect(await store.take([claim], start)).toMatchObject({ isFirst: true })
    await giveBack(store, taken)
    await spend(store, claim)
    expect(await store.take([claim], start)).toMatchObject({ wait: minutes(15), isFirst: true })
  })

  it('does not forget with a point that was taken back how often the window has doubled', async () => {
    const { store, other } = await open()
    const claim = aClaim({ ...growing, points: 1 })
    await store.take([claim], start)
    await giveBack(other, takenOf(await store.take([claim], minute(15))))
    await spend(store, claim, minute(16))
    expect(await other.take([claim], minute(16))).toMatchObject({ wait: minutes(30) })
  })

  it('takes each point back once, whoever else takes and gives at the same time', async () => {
    const { store, other } = await open()
    const claim = aClaim({ ...five, points: 60 })
    await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const node = at % 2 ? store : other
        const taken = takenOf(await node.take([claim], minute(0, at % 7)))
        if (at % 5 > 0) await giveBack(node, taken)
      }),
    )
    expect(leftOf(await store.take([claim], minute(1)))).toEqual([60 - 12 - 1])
  })

  it('does nothing where what is taken back is forgotten', async () => {
    const { store } = await open()
    const claim = aClaim(five)
    const taken = takenOf(await store.take([claim], start))
    await forget(store, [claim.key])
    await giveBack(store, taken)
    expect(leftOf(await store.take([claim], minute(1)))).toEqual([4])
    await giveBack(store, taken)
    expect(leftOf(await store.take([claim], minute(1)))).toEqual([3])
  })

  it('forgets what was taken under a key, and how often its window has doubled', async () => {
    const { store, other } = await open()
    const [cleared, kept] = [aClaim({ ...growing, points: 1 }), aClaim(five)]
    await store.take([cleared, kept], start)
    await store.take([cleared, kept], minute(15))
    await forget(other, [cleared.key])
    expect(leftOf(await store.take([kept], minute(16)))).toEqual([3])
    await spend(store, cleared, minute(16))
    expect(await store.take([cleared], minute(16))).toMatchObject({ wait: minutes(15) })
  })

  it('sweeps what is over, a batch at a time, and nothing that counts', async () => {
    const { store } = await open()
    const over = Array.from({ length: 3 }, () => aClaim(five))
    const [late, grown] = [aClaim(five), aClaim({ ...growing, points: 1 })]
    for (const claim of [...over, grown]) await store.take([claim], start)
    await store.take([late], start)
    await store.take([late], minute(1))
    let removed = await store.sweep(minute(15, -1), 100)
    expect(removed).toBe(0)
    for (const _ of over) {
      const batch = await store.sweep(minute(15), 2)
      expect(batch).toBeLessThanOrEqual(2)
      removed += batch
    }
    // None where what is over goes by itself.
    expect([0, 3]).toContain(removed)
    expect(leftOf(await store.take([late], minute(15)))).toEqual([3])
    await spend(store, grown, minute(15))
    expect(await store.take([grown], minute(15))).toMatchObject({ wait: minutes(30) })
  })
}
