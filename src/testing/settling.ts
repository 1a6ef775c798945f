import type { LimitStore, Taken } from '../core/limits/index.ts'
import type { Digest } from '../kernel/digest.ts'

/** Gives points back, and forgets nothing. */
export function giveBack(store: LimitStore, back: readonly Taken[]): Promise<void> {
  return store.settle({ back, forgotten: [] })
}

/** Forgets keys, and gives nothing back. */
export function forget(store: LimitStore, forgotten: readonly Digest[]): Promise<void> {
  return store.settle({ back: [], forgotten })
}
