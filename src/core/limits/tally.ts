import { type Duration, type Instant, plus } from '../../kernel/clock.ts'
import { type Budget, longestWindow, sliceOf } from './budget.ts'

/** What was taken of a budget under one key: times, the oldest first, and how often each. */
export interface Tally {
  readonly hits: readonly Hit[]
  /** How often all points were spent and more was taken later: the window has doubled as often. */
  readonly strikes: number
  /** Were all points spent by what was taken last? */
  readonly isSpent: boolean
  /** Was anybody refused since? */
  readonly isTold: boolean
  /** When nothing of it matters any more: from then on it is as if there were none. */
  readonly expiresAt: Instant
}

export type Hit = readonly [at: Instant, count: number]

export type Judged =
  | {
      readonly kind: 'taken'
      readonly tally: Tally
      /** What to give back, if that is to be: see {@link withoutHit}. */
      readonly at: Instant
      /** How many could be taken now. */
      readonly left: number
      /** Until all of the budget can be taken again. */
      readonly reset: Duration
    }
  | {
      readonly kind: 'refused'
      readonly tally: Tally
      /** Until one could be taken. */
      readonly wait: Duration
      /** Is this the first who is refused since something was taken? */
      readonly isFirst: boolean
    }

/**
 * Takes one point at `now`, or refuses. What is refused costs nothing: to go on trying makes no wait longer.
 * The rule of every store. Redis has it in Lua (`stores/redis/limit-script.ts`), PostgreSQL in PL/pgSQL
 * (`stores/sql/migrations/0011-limit-functions.ts`); one contract and one model prove all.
 */
export function take(before: Tally | undefined, budget: Budget, now: Instant): Judged {
  const tally = before && before.expiresAt > now ? before : fresh
  const window = windowOf(budget, tally.strikes)
  const live = liveHits(tally.hits, window, now)
  const excess = countOf(live) - budget.points
  if (excess >= 0) {
    const wait = (timeOfNth(live, excess + 1) + window - now) as Duration
    return { kind: 'refused', tally: { ...tally, isTold: true }, wait, isFirst: !tally.isTold }
  }
  const strikes = tally.isSpent && budget.grows ? tally.strikes + 1 : tally.strikes
  const next = windowOf(budget, strikes)
  const at = (Math.ceil(now / sliceOf(budget)) * sliceOf(budget)) as Instant
  const hits = lastOf(withHit(liveHits(tally.hits, next, now), at), budget.points)
  const left = budget.points - countOf(hits)
  const last = hits.at(-1)?.[0] ?? at
  const isSpent = left === 0
  return {
    kind: 'taken',
    tally: { hits, strikes, isSpent, isTold: false, expiresAt: plus(last, lifetimeOf(budget)) },
    at,
    left,
    reset: (last + next - now) as Duration,
  }
}

/**
 * As if what was taken at this time had not been; `undefined` where nothing is left. How often the window has doubled
 * is not forgotten sooner for it.
 */
export function withoutHit(tally: Tally, at: Instant): Tally | undefined {
  if (!tally.hits.some(([time]) => time === at)) return tally
  const hits = tally.hits
    .map(([time, count]): Hit => [time, time === at ? count - 1 : count])
    .filter(([, count]) => count > 0)
  if (hits.length === 0 && tally.strikes === 0) return undefined
  return { ...tally, hits, isSpent: false, isTold: false }
}

/** How long what is taken now matters. */
export function lifetimeOf({ window, grows }: Budget): Duration {
  return grows ? (Math.max(window, longestWindow) as Duration) : window
}

const fresh: Tally = {
  hits: [],
  strikes: 0,
  isSpent: false,
  isTold: false,
  expiresAt: 0 as Instant,
}

function windowOf(budget: Budget, strikes: number): Duration {
  if (!budget.grows) return budget.window
  return Math.min(budget.window * 2 ** strikes, lifetimeOf(budget)) as Duration
}

function liveHits(hits: readonly Hit[], window: Duration, now: Instant): readonly Hit[] {
  return hits.filter(([at]) => at > now - window)
}

function countOf(hits: readonly Hit[]): number {
  return hits.reduce((sum, [, count]) => sum + count, 0)
}

/** Nodes' clocks differ a little: times may come in any order. */
function withHit(hits: readonly Hit[], at: Instant): readonly Hit[] {
  const same = hits.some(([time]) => time === at)
  const all: Hit[] = same
    ? hits.map(([time, count]) => [time, time === at ? count + 1 : count])
    : [...hits, [at, 1]]
  return all.sort(([a], [b]) => a - b)
}

/** The newest, so many in all: what is older decides nothing any more. */
function lastOf(hits: readonly Hit[], points: number): readonly Hit[] {
  let excess = countOf(hits) - points
  return hits
    .map(([at, count]): Hit => {
      const dropped = Math.min(Math.max(excess, 0), count)
      excess -= dropped
      return [at, count - dropped]
    })
    .filter(([, count]) => count > 0)
}

function timeOfNth(hits: readonly Hit[], nth: number): Instant {
  let passed = 0
  const found = hits.find(([, count]) => {
    passed += count
    return passed >= nth
  })
  return (found as Hit)[0]
}
