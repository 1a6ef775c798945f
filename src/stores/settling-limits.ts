import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Claim, LimitStore, Settlement, Taken, TakeOutcome } from '../core/limits/index.ts'
import type { Instant } from '../kernel/clock.ts'
import type { Digest } from '../kernel/digest.ts'
import { inTime } from './in-time.ts'

export interface SettlingOptions {
  /** Told why something was not settled, as nobody waits for it. */
  readonly failed: (error: unknown) => void
  /** How long a take waits for what is settled before it, at most. Milliseconds. */
  readonly patience?: number
}

/** What is settled together, and when that is over. */
interface Batch {
  readonly back: Taken[]
  readonly forgotten: Digest[]
  readonly isOver: Promise<void>
}

/** More of either travel as several: each key is a lock, or a step of a script. */
const most = 250

/**
 * Settles behind the answer, and what comes up meanwhile together: nobody waits for points that are given back but who
 * takes of the same keys next. What cannot be settled, in time or before the process ends, is kept: the stricter way.
 */
export class SettlingLimitStore implements LimitStore {
  readonly #store: LimitStore
  readonly #failed: (error: unknown) => void
  readonly #patience: number
  /** The batch that each key was last named in, and that is not over. */
  readonly #unsettled = new Map<Digest, Batch>()
  #gathered: Batch | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(store: LimitStore, { failed, patience = 1000 }: SettlingOptions) {
    this.#store = store
    this.#failed = failed
    this.#patience = patience
  }

  async take(claims: readonly Claim[], now: Instant): Promise<TakeOutcome> {
    const batches = claims.flatMap(({ key }) => this.#unsettled.get(key) ?? [])
    if (batches.length > 0) await Promise.all(batches.map(({ isOver }) => isOver))
    return this.#store.take(claims, now)
  }

  /** Returns at once. */
  async settle({ back, forgotten }: Settlement): Promise<void> {
    const batch = this.#gathered ?? this.#begin()
    for (const one of back) {
      batch.back.push(one)
      this.#unsettled.set(one.key, batch)
    }
    for (const key of forgotten) {
      batch.forgotten.push(key)
      this.#unsettled.set(key, batch)
    }
  }

  sweep(now: Instant, limit: number): Promise<number> {
    return this.#store.sweep(now, limit)
  }

  async close(): Promise<void> {
    await this.#last
    await this.#store.close?.()
  }

  #begin(): Batch {
    const isOver = this.#settleAfter(this.#last)
    this.#last = isOver
    this.#gathered = { back: [], forgotten: [], isOver }
    return this.#gathered
  }

  /** One after the other: what comes up while one is settled waits for the next. */
  async #settleAfter(former: Promise<void>): Promise<void> {
    await former
    await nextTurn()
    const batch = this.#gathered
    // It was given up, or something newer was settled in its place.
    if (!batch) return
    this.#gathered = undefined
    try {
      await inTime(this.#patience, () => this.#settleAll(batch))
    } catch (error) {
      this.#failed(error)
      // A store that is away is not asked again for what came up meanwhile: takes would wait for each in turn.
      if (this.#gathered) this.#drop(this.#gathered)
      this.#gathered = undefined
    }
    this.#drop(batch)
  }

  async #settleAll({ back, forgotten }: Batch): Promise<void> {
    for (let at = 0; at < Math.max(back.length, forgotten.length); at += most) {
      await this.#store.settle({
        back: back.slice(at, at + most),
        forgotten: forgotten.slice(at, at + most),
      })
    }
  }

  #drop(batch: Batch): void {
    for (const key of [...batch.back.map(({ key }) => key), ...batch.forgotten]) {
      if (this.#unsettled.get(key) === batch) this.#unsettled.delete(key)
    }
  }
}
