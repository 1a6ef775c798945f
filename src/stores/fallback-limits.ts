import type { Claim, LimitStore, Settlement, TakeOutcome } from '../core/limits/index.ts'
import type { Instant } from '../kernel/clock.ts'
import { StoreUnavailableError } from '../kernel/errors.ts'

export interface FallbackOptions {
  /** Where all nodes count. */
  readonly shared: LimitStore
  /** Where this one counts while that does not answer. */
  readonly local: LimitStore
  /** Told when it stops answering, with the reason, and `undefined` when it answers again. */
  readonly report: (fault: unknown) => void
}

/**
 * Counts in a store that may be away. Meanwhile what costs work is limited here alone, to half: there may be other nodes.
 * What can be guessed is not let through at all: no attempt goes uncounted.
 */
export class FallbackLimitStore implements LimitStore {
  readonly #options: FallbackOptions
  #isAway = false

  constructor(options: FallbackOptions) {
    this.#options = options
  }

  async take(claims: readonly Claim[], now: Instant): Promise<TakeOutcome> {
    const { shared, local } = this.#options
    try {
      const outcome = await shared.take(claims, now)
      this.#note(undefined)
      return outcome
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      this.#note(error)
      if (claims.some(({ budget }) => budget.failsClosed)) throw error
      return local.take(claims.map(halved), now)
    }
  }

  /** What cannot be given back is kept: the stricter way. */
  async settle(settlement: Settlement): Promise<void> {
    const { shared, local } = this.#options
    await local.settle(settlement)
    try {
      await shared.settle(settlement)
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      this.#note(error)
    }
  }

  async sweep(now: Instant, limit: number): Promise<number> {
    const { shared, local } = this.#options
    // Here first: it fills while the other one is away.
    const swept = await local.sweep(now, limit)
    return Math.max(swept, await shared.sweep(now, limit))
  }

  async close(): Promise<void> {
    await this.#options.shared.close?.()
    await this.#options.local.close?.()
  }

  #note(fault: StoreUnavailableError | undefined): void {
    const isAway = fault !== undefined
    if (isAway === this.#isAway) return
    this.#isAway = isAway
    this.#options.report(fault)
  }
}

function halved({ key, budget }: Claim): Claim {
  return { key, budget: { ...budget, points: Math.max(1, Math.floor(budget.points / 2)) } }
}
