import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Duration, type Instant, instantOf, minutes, plus } from '../../kernel/clock.ts'
import type { Budget } from './budget.ts'
import { type Judged, lifetimeOf, type Tally, take, withoutHit } from './tally.ts'

const start = instantOf('2030-01-01T00:00:00Z')
const five: Budget = { points: 5, window: minutes(15), grows: false }
const growing: Budget = { ...five, grows: true }
const hour: Budget = { points: 120, window: minutes(60), grows: false }

function minute(count: number, more = 0): Instant {
  return (plus(start, minutes(count)) + more) as Instant
}

/** Takes at each of these times, and tells what came of the last. */
function takenAt(budget: Budget, times: readonly Instant[], before?: Tally): Judged {
  const [first, ...rest] = times
  return rest.reduce(
    ({ tally }, now) => take(tally, budget, now),
    take(before, budget, first as Instant),
  )
}

function timesOf(count: number, now = start): Instant[] {
  return Array.from({ length: count }, () => now)
}

/** Tries at the very end of each wait, and tells how long each was. */
function waitsAfter(budget: Budget, spent: Tally, count: number): number[] {
  let [tally, now] = [spent, start]
  return Array.from({ length: count }, () => {
    const refused = take(tally, budget, now)
    if (refused.kind === 'taken') throw new TypeError('taken')
    now = plus(now, refused.wait)
    tally = take(refused.tally, budget, now).tally
    return (now - start) / minutes(1)
  })
}

describe('a budget', () => {
  it('is spent by as many as it has points, whose window ends one after the other', () => {
    const times = [0, 1, 2, 3, 4].map((count) => minute(count))
    expect(takenAt(five, times)).toMatchObject({ kind: 'taken', left: 0, reset: minutes(15) })
    const { tally } = takenAt(five, times)
    expect(take(tally, five, minute(4))).toMatchObject({ kind: 'refused', wait: minutes(11) })
    expect(take(tally, five, minute(15, -1))).toMatchObject({ kind: 'refused', wait: 1 })
    const next = take(tally, five, minute(15))
    expect(next).toMatchObject({ kind: 'taken', at: minute(15), left: 0 })
    expect(take(next.tally, five, minute(15))).toMatchObject({ wait: minutes(1) })
  })

  it('is as it was for whoever is refused, however often', () => {
    const { tally } = takenAt(growing, timesOf(5))
    const tries = Array.from({ length: 1000 }, (_, at) => minute(0, at))
    const refused = takenAt(growing, tries, tally)
    expect(refused.tally).toEqual({ ...tally, isTold: true })
    expect(take(refused.tally, growing, minute(15))).toMatchObject({ kind: 'taken' })
  })

  it('tells the first who is refused since something was taken', () => {
    const { tally } = takenAt(five, [...timesOf(1), ...timesOf(4, minute(1))])
    const first = take(tally, five, minute(1))
    expect(first).toMatchObject({ kind: 'refused', isFirst: true })
    const second = take(first.tally, five, minute(1))
    expect(second).toMatchObject({ kind: 'refused', isFirst: false })
    const later = takenAt(five, timesOf(2, minute(15)), second.tally)
    expect(later).toMatchObject({ kind: 'refused', isFirst: true })
  })

  it('is counted by times that come in any order, for clocks differ a little', () => {
    const judged = takenAt(five, [minute(2), minute(0), minute(1)])
    expect(judged).toMatchObject({ reset: minutes(16), tally: { expiresAt: minute(17) } })
    const { tally } = takenAt(five, timesOf(2, minute(2)), judged.tally)
    expect(take(tally, five, minute(15)).tally.hits).toEqual([
      [minute(1), 1],
      [minute(2), 3],
      [minute(15), 1],
    ])
  })

  it('that has become smaller is spent until few enough are left of what was taken', () => {
    const { tally } = takenAt(
      five,
      [0, 1, 2, 3, 4].map((count) => minute(count)),
    )
    expect(take(tally, { ...five, points: 2 }, minute(4))).toMatchObject({ wait: minutes(14) })
    expect(take(tally, { ...five, points: 2 }, minute(18))).toMatchObject({ left: 0 })
  })

  it('of many points is counted in slices, each of which ends when its last point does', () => {
    const { tally } = takenAt(hour, timesOf(120, minute(0, 1)))
    expect(tally.hits).toEqual([[minute(1), 120]])
    expect(take(tally, hour, minute(60, 1))).toMatchObject({ wait: minutes(1) - 1 })
    expect(take(tally, hour, minute(61))).toMatchObject({ kind: 'taken', left: 119 })
  })

  it('keeps no more times than slices, whatever is tried', () => {
    const many: Budget = { points: 100_000, window: minutes(10), grows: false }
    const times = Array.from({ length: 5000 }, (_, at) => minute(0, 997 * at))
    expect(takenAt(many, times).tally.hits.length).toBeLessThanOrEqual(61)
  })
})

describe('a budget that grows', () => {
  it('lets one more try when its window has passed, then waits twice as long each time, up to a day', () => {
    const { tally } = takenAt(growing, timesOf(5))
    expect(waitsAfter(growing, tally, 6)).toEqual([15, 30, 60, 120, 240, 495])
    const one = { ...growing, points: 1 }
    const first = take(undefined, one, start).tally
    expect(waitsAfter(one, first, 7)).toEqual([15, 45, 105, 225, 465, 945, 1905])
  })

  it('gives no more than its points in any day once it has grown to that', () => {
    let { tally } = takenAt(growing, timesOf(5))
    const taken: Instant[] = []
    for (let now = start; now < minute(20 * 24 * 60); now = plus(now, minutes(1))) {
      const judged = take(tally, growing, now)
      tally = judged.tally
      if (judged.kind === 'taken') taken.push(now)
    }
    const grown = taken.slice(-20)
    for (const [at, time] of grown.slice(5).entries()) {
      expect(time - (grown[at] as Instant)).toBeGreaterThanOrEqual(minutes(24 * 60))
    }
  })

  it('does not grow while points are left', () => {
    const slow = [0, 4, 8, 12, 16, 20, 24, 28].map((count) => minute(count))
    expect(takenAt(growing, slow).tally).toMatchObject({ strikes: 0, isSpent: false })
  })

  it('begins anew a day after the last that was taken, and not sooner', () => {
    const { tally } = takenAt(growing, [...timesOf(5), minute(15), minute(30)])
    expect(tally.strikes).toBe(2)
    const day = 24 * 60
    expect(take(tally, growing, minute(30 + day, -1)).tally.strikes).toBe(3)
    expect(take(tally, growing, minute(30 + day)).tally).toEqual(
      take(undefined, growing, minute(30 + day)).tally,
    )
  })

  it('is not forgotten before its own window is over, if that is longer than a day', () => {
    const long: Budget = { points: 1, window: minutes(48 * 60), grows: true }
    expect(lifetimeOf(long)).toBe(long.window)
    const { tally } = take(undefined, long, start)
    expect(take(tally, long, minute(47 * 60))).toMatchObject({ wait: minutes(60) })
  })
})

describe('what is given back', () => {
  it('counts no more, and nothing else changes', () => {
    const { tally } = takenAt(growing, [...timesOf(2), minute(1), minute(2)])
    const given = withoutHit(tally, minute(1))
    expect(given?.hits).toEqual([
      [start, 2],
      [minute(2), 1],
    ])
    expect(withoutHit(given as Tally, start)?.hits).toEqual([
      [start, 1],
      [minute(2), 1],
    ])
  })

  it('makes nothing of what was spent: the window does not double for it', () => {
    const { tally } = takenAt(growing, timesOf(5))
    const again = takenAt(growing, timesOf(1), withoutHit(tally, start))
    expect(again.tally).toMatchObject({ strikes: 0, isSpent: true })
  })

  it('leaves nothing where it was all there was', () => {
    const { tally } = take(undefined, growing, start)
    expect(withoutHit(tally, start)).toBeUndefined()
  })

  it('does not make it forgotten that the window has doubled', () => {
    const one = { ...growing, points: 1 }
    const { tally } = takenAt(one, [start, minute(15)])
    const given = withoutHit(tally, minute(15)) as Tally
    expect(take(given, one, minute(16)).tally.strikes).toBe(1)
    expect(given.expiresAt).toBe(tally.expiresAt)
  })

  it('changes nothing where it is forgotten already', () => {
    const { tally } = takenAt(growing, [...timesOf(5), minute(15)])
    expect(withoutHit(tally, minute(3))).toBe(tally)
  })
})

/** Somebody tries, so long after the one before, on one of two nodes; may give back what was taken. */
interface Try {
  readonly pause: number
  readonly node: boolean
  readonly givesBack: boolean
}

const someone: fc.Arbitrary<Try> = fc.record({
  pause: fc.oneof(fc.constantFrom(0, 0, 1), fc.nat({ max: 400 }), fc.nat({ max: 4000 })),
  node: fc.boolean(),
  givesBack: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.boolean()),
})
const crowd = fc.array(someone, { minLength: 1, maxLength: 400 })

const budget: fc.Arbitrary<Budget> = fc.record({
  points: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 59, max: 130 })),
  window: fc.integer({ min: 1, max: 5000 }) as fc.Arbitrary<Duration>,
  grows: fc.boolean(),
})

/** When something was taken, by a clock that is right; `skew` is how far the other node's is before it. */
function admitted(one: Budget, tries: readonly Try[], skew: number) {
  const times: number[] = []
  let tally: Tally | undefined
  let time: number = start
  for (const { pause, node, givesBack } of tries) {
    time += pause
    const judged = take(tally, one, (time + (node ? skew : 0)) as Instant)
    tally = judged.tally
    if (judged.kind === 'refused') continue
    if (givesBack) tally = withoutHit(tally, judged.at)
    else times.push(time)
  }
  return times
}

/** Do any so many of them need at least so long? */
function keepsTo({ points }: Budget, times: readonly number[], shortest: number): boolean {
  return times.every((time, at) => {
    const earlier = times[at - points]
    return earlier === undefined || time - earlier >= shortest
  })
}

describe('whatever is tried', () => {
  it('no window ever holds more than its points', () => {
    const property = fc.property(budget, crowd, (one, tries) =>
      keepsTo(one, admitted(one, tries, 0), one.window),
    )
    fc.assert(property, { numRuns: 1000 })
  })

  it('a window is shorter by no more than nodes differ about the time', () => {
    const skew = fc.nat({ max: 300 })
    const property = fc.property(budget, crowd, skew, (one, tries, before) =>
      keepsTo(one, admitted(one, tries, before), one.window - before),
    )
    fc.assert(property, { numRuns: 1000 })
  })

  it('a wait is as long as it must be: refused one millisecond before its end, not at its end', () => {
    const property = fc.property(budget, crowd, (one, tries) => {
      let tally: Tally | undefined
      let now: Instant = start
      for (const { pause } of tries) {
        now = plus(now, pause as Duration)
        const judged = take(tally, one, now)
        tally = judged.tally
        if (judged.kind === 'taken') continue
        const end = plus(now, judged.wait)
        expect(judged.wait).toBeGreaterThan(0)
        expect(take(tally, one, (end - 1) as Instant)).toMatchObject({ kind: 'refused', wait: 1 })
        expect(take(tally, one, end).kind).toBe('taken')
      }
    })
    fc.assert(property, { numRuns: 300 })
  })

  it('all of it can be taken when it is said to be there again, and not a millisecond before', () => {
    const property = fc.property(budget, crowd, (one, tries) => {
      const plain = { ...one, grows: false }
      let tally: Tally | undefined
      let now: Instant = start
      for (const { pause } of tries) {
        now = plus(now, pause as Duration)
        const judged = take(tally, plain, now)
        tally = judged.tally
        if (judged.kind === 'refused') continue
        const reset = plus(now, judged.reset)
        const all = one.points - 1
        expect(take(tally, plain, reset)).toMatchObject({ left: all })
        const early = take(tally, plain, (reset - 1) as Instant)
        expect(early.kind === 'taken' ? early.left : -1).toBeLessThan(all)
      }
    })
    fc.assert(property, { numRuns: 300 })
  })
})
