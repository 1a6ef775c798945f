import type { Duration, Instant } from '../../kernel/clock.ts'
import type { Digest } from '../../kernel/digest.ts'
import type { Budget } from './budget.ts'

/** One point of a budget, under one key. The key names the budget too, and hides whom it counts. */
export interface Claim {
  readonly key: Digest
  readonly budget: Budget
}

/** What was taken under one key. */
export interface Taken {
  readonly key: Digest
  readonly budget: Budget
  readonly at: Instant
  readonly left: number
  readonly reset: Duration
}

export type TakeOutcome =
  | { readonly kind: 'taken'; readonly taken: readonly Taken[] }
  | {
      readonly kind: 'refused'
      /** Whose points are spent: the first of them, in the order of the claims. */
      readonly claim: Claim
      readonly wait: Duration
      readonly isFirst: boolean
    }

/** What becomes of points once it is known what they were taken for. */
export interface Settlement {
  /** Given back, as if they had not been taken; nothing happens where they are forgotten already. */
  readonly back: readonly Taken[]
  /** Keys under which all that was taken is forgotten. */
  readonly forgotten: readonly Digest[]
}

/** Counts what is limited. Promises, proven for each store by `limitStoreContract`: */
export interface LimitStore {
  /**
   * Takes a point of every claim, or of none: by the rule of `tally.ts`. Of any number of parallel callers, on
   * any number of nodes, no more are given a point than there are. The keys differ from one another.
   */
  take(claims: readonly Claim[], now: Instant): Promise<TakeOutcome>

  /** Gives points back, each as often as it is named, and forgets keys. */
  settle(settlement: Settlement): Promise<void>

  /** Removes up to `limit` keys of which nothing matters any more, and tells how many: housekeeping. */
  sweep(now: Instant, limit: number): Promise<number>

  close?(): Promise<void>
}
