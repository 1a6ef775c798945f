import {
  type Change,
  type Claim,
  type LimitStore,
  lifetimeOf,
  type Settlement,
  type TakeOutcome,
  takeAll,
  withoutHit,
} from '../../core/limits/index.ts'
import { between, type Duration, type Instant } from '../../kernel/clock.ts'
import type { Digest } from '../../kernel/digest.ts'
import { ExpiryLine, type Place } from './expiry-line.ts'

export interface MemoryLimitOptions {
  /** Keys at once. One takes half a kilobyte; with sixty points taken at sixty times, some four. */
  readonly bound?: number
}

/**
 * Counters of this process alone, lost when it ends. When it is full it refuses whom it does not know yet, until
 * something is over: a flood of new keys makes it forget nobody, so it gives nobody more tries. Nothing here waits, so
 * each call is one step to all others.
 */
export class MemoryLimitStore implements LimitStore {
  readonly #places = new Map<Digest, Place>()
  /** One for each length of time among the budgets, which are few. */
  readonly #lines = new Map<Duration, ExpiryLine>()
  readonly #bound: number
  #isFullTold = false

  constructor({ bound = 100_000 }: MemoryLimitOptions = {}) {
    this.#bound = bound
  }

  async take(claims: readonly Claim[], now: Instant): Promise<TakeOutcome> {
    const stranger = this.#firstWithoutRoom(claims, now)
    if (stranger) return this.#refuseAsFull(stranger, now)
    const { outcome, changes } = takeAll(claims, (key) => this.#places.get(key)?.tally, now)
    for (const change of changes) this.#keep(change)
    return outcome
  }

  async settle({ back, forgotten }: Settlement): Promise<void> {
    for (const { key, at } of back) {
      const place = this.#places.get(key)
      if (!place) continue
      const tally = withoutHit(place.tally, at)
      if (tally) place.tally = tally
      else this.#remove(place)
    }
    for (const key of forgotten) {
      const place = this.#places.get(key)
      if (place) this.#remove(place)
    }
  }

  async sweep(now: Instant, limit: number): Promise<number> {
    return this.#sweep(now, limit)
  }

  #firstWithoutRoom(claims: readonly Claim[], now: Instant): Claim | undefined {
    if (this.#places.size + claims.length <= this.#bound) return undefined
    this.#sweep(now, claims.length)
    const strangers = claims.filter(({ key }) => !this.#places.has(key))
    return strangers[Math.max(0, this.#bound - this.#places.size)]
  }

  #refuseAsFull(claim: Claim, now: Instant): TakeOutcome {
    const isFirst = !this.#isFullTold
    this.#isFullTold = true
    const ends = [...this.#lines.values()].flatMap(({ first }) => first?.tally.expiresAt ?? [])
    return { kind: 'refused', claim, wait: between(now, Math.min(...ends) as Instant), isFirst }
  }

  #keep({ key, budget, tally }: Change): void {
    const former = this.#places.get(key)
    if (former?.tally.expiresAt === tally.expiresAt) {
      former.tally = tally
      return
    }
    if (former) former.line.remove(former)
    else this.#isFullTold = false
    this.#places.set(key, this.#lineOf(lifetimeOf(budget)).add(key, tally))
  }

  #lineOf(lifetime: Duration): ExpiryLine {
    const line = this.#lines.get(lifetime) ?? new ExpiryLine()
    this.#lines.set(lifetime, line)
    return line
  }

  #sweep(now: Instant, limit: number): number {
    let removed = 0
    for (const line of this.#lines.values()) {
      for (let place = line.first; place && place.tally.expiresAt <= now; place = line.first) {
        if (removed === limit) return removed
        this.#remove(place)
        removed += 1
      }
    }
    return removed
  }

  #remove(place: Place): void {
    place.line.remove(place)
    this.#places.delete(place.key)
  }
}
