import { inTime } from './in-time.ts'

/** Lets callers of one process go one after the other, first come first served. It is a courtesy, and no lock. */
export class Turns {
  readonly #patience: number
  /** When the last of those who wait has had a turn. */
  #last: Promise<void> | undefined

  /**
   * @param patience - Whoever has waited for so long goes on all the same: the one before may be waiting for a server
   * that never answers. Milliseconds.
   */
  constructor(patience: number) {
    this.#patience = patience
  }

  /** Resolves when it is the caller's turn, with what ends it. */
  async next(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = this.#last
    this.#last = promise
    if (before !== undefined) await inTime(this.#patience, () => before).catch(() => undefined)
    return () => {
      if (this.#last === promise) this.#last = undefined
      resolve()
    }
  }
}
