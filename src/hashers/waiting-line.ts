import { type Duration, milliseconds } from '../kernel/clock.ts'
import { OverloadedError } from '../kernel/errors.ts'

/** What has become of the work that came to a line. */
export interface LineCounts {
  readonly waiting: number
  /** Sent away because the line was full. */
  readonly refused: number
  /** Given up by its caller before its turn. */
  readonly cancelled: number
}

/** How long work waited for its turn, and how long it took from then on. */
export interface LineTimes {
  readonly waited: Duration
  readonly worked: Duration
}

export interface LineOptions {
  readonly atWork: number
  readonly length: number
  /** Told of all work that began, when it is done or has failed. */
  readonly timed?: ((times: LineTimes) => void) | undefined
}

interface Place {
  readonly begin: () => void
}

const retryAfterSeconds = 2

/**
 * Lets only so many tasks be at work, and only so many wait, first come, first served. A caller that
 * gives up leaves the line; work that has begun is not stopped.
 */
export class WaitingLine {
  readonly #atWork: number
  readonly #length: number
  readonly #timed: LineOptions['timed']
  // A set keeps the order, and lets anyone leave from the middle without a search.
  readonly #places = new Set<Place>()
  readonly #untilIdle: (() => void)[] = []
  #busy = 0
  #refused = 0
  #cancelled = 0

  constructor({ atWork, length, timed }: LineOptions) {
    this.#atWork = atWork
    this.#length = length
    this.#timed = timed
  }

  get counts(): LineCounts {
    return { waiting: this.#places.size, refused: this.#refused, cancelled: this.#cancelled }
  }

  /**
   * @throws {OverloadedError} The line is full; `work` was not called.
   * @throws The signal's reason: it was given before its turn, and `work` was not called.
   */
  async run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted()
    const came = performance.now()
    if (this.#busy >= this.#atWork) await this.#wait(signal)
    else this.#busy += 1
    const began = performance.now()
    try {
      return await work()
    } finally {
      const worked = milliseconds(performance.now() - began)
      this.#timed?.({ waited: milliseconds(began - came), worked })
      this.#next()
    }
  }

  /** Resolves when nobody is at work, and so nobody waits. */
  async idle(): Promise<void> {
    if (this.#busy > 0) await new Promise<void>((resolve) => this.#untilIdle.push(resolve))
  }

  /** Resolves with the place at work of somebody who is done. */
  #wait(signal: AbortSignal | undefined): Promise<void> {
    if (this.#places.size >= this.#length) {
      this.#refused += 1
      throw new OverloadedError('the password hashing queue is full', retryAfterSeconds)
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#places.delete(place)
        this.#cancelled += 1
        reject(signal?.reason)
      }
      const place: Place = {
        begin: () => {
          signal?.removeEventListener('abort', leave)
          resolve()
        },
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.#places.add(place)
    })
  }

  #next(): void {
    const [first] = this.#places
    if (!first) {
      this.#busy -= 1
      if (this.#busy === 0) for (const tell of this.#untilIdle.splice(0)) tell()
      return
    }
    this.#places.delete(first)
    first.begin()
  }
}
