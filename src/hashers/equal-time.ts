import { pbkdf2Sync } from 'node:crypto'

/** The thread that passwords are hashed in. */
export interface HashingThread {
  /** Processor time that it has used, in microseconds. What other threads do does not count. */
  used(): number
  /** Makes a hash as new ones are made. */
  makeCurrent(): void
  /** Works for a tenth of a millisecond or so: this is how exactly the rest is filled up. */
  burn(): void
}

export const burn = (): void => void pbkdf2Sync('time', 'time', 100, 32, 'sha256')

/** Enough to hold the spread of what a hash takes, few enough to follow a machine that gets busier. */
const remembered = 16

/**
 * Makes every verification take as long as one of a current hash, so that the time of an answer does
 * not tell which accounts have not signed in since a move (CWE-208). Dearer hashes stay dearer.
 *
 * What is cheaper is filled up to one of the times that current hashes have taken lately, each in turn:
 * to their spread, not to their mean, which would be a mark of its own.
 */
export class EqualTime {
  readonly #thread: HashingThread
  readonly #lately: number[] = []
  #turn = 0

  constructor(thread: HashingThread) {
    this.#thread = thread
  }

  /** Runs `verify`, whose work is either that of `current` current hashes or, with none, its own. */
  run<Result>(
    { times, current }: { readonly times: number; readonly current: number },
    verify: () => Result,
  ): Result {
    if (times > current && this.#lately.length === 0) this.#measure()
    const began = this.#thread.used()
    const result = verify()
    const took = this.#thread.used() - began
    if (current > 0) this.#learn(took / current)
    let end = began + (current > 0 ? took : 0)
    for (let missing = times - current; missing > 0; missing--) end += this.#next()
    while (this.#thread.used() < end) this.#thread.burn()
    return result
  }

  #learn(took: number): void {
    if (this.#lately.push(took) > remembered) this.#lately.shift()
  }

  #next(): number {
    this.#turn = (this.#turn + 1) % this.#lately.length
    return this.#lately[this.#turn] as number
  }

  /** Nobody has come with a current hash yet. The first one pays for loading, and does not count. */
  #measure(): void {
    this.#thread.makeCurrent()
    for (let count = 0; count < 3; count++) {
      const began = this.#thread.used()
      this.#thread.makeCurrent()
      this.#learn(this.#thread.used() - began)
    }
  }
}
