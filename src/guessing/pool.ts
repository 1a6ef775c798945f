import { Piscina } from 'piscina'
import type { Estimate, GuessEstimator, Plaintext } from '../core/passwords/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { OverloadedError } from '../kernel/errors.ts'
import { threadFile } from '../kernel/thread-file.ts'
import type { GuessTask } from './worker.ts'

export interface GuessingPoolOptions {
  /** Tells the year, which people put into passwords. */
  readonly clock: Clock
  /** Told of a thread that ended before it could take a password. */
  readonly report?: ((error: Error) => void) | undefined
  /** How many estimates may wait. Beyond it callers are sent away. */
  readonly queue?: number | undefined
  /** How long one may take, with the wait. */
  readonly timeoutMs?: number | undefined
  /** In MiB: what the thread may keep, dictionaries and all. */
  readonly memory?: number | undefined
}

/** Bounds the wait to about two and a half seconds for the worst passwords there are, and to 0.2 s for usual ones. */
const defaultQueue = 32

/** Far beyond the wait that the queue allows, and the loading of the dictionaries on a busy machine. */
const defaultTimeoutMs = 8000

/**
 * Low, so that the thread that answers requests goes first; not the lowest, as for hashing: the dictionaries must be
 * loaded in time on a machine that is busy with other things (measured in docs/decisions).
 */
const nice = 10

/**
 * In MiB. Estimates leave much behind: without a small nursery the process grew by 200 MiB more than
 * the dictionaries need. The old generation has three times what they take, and ends the thread beyond.
 */
const nursery = 8
const defaultMemory = 192

const retryAfterSeconds = 2

/**
 * Estimates in a thread of its own, which alone loads the dictionaries: at the first password that is
 * chosen, not at the start, and never in a process that only verifies.
 */
export class GuessingPool implements GuessEstimator {
  readonly #pool: Piscina<GuessTask, Estimate>
  readonly #clock: Clock
  readonly #timeoutMs: number

  constructor({ clock, report, queue, timeoutMs, memory }: GuessingPoolOptions) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs ?? defaultTimeoutMs
    this.#pool = new Piscina({
      filename: threadFile('worker', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      maxQueue: queue ?? defaultQueue,
      niceIncrement: nice,
      resourceLimits: {
        maxYoungGenerationSizeMb: nursery,
        maxOldGenerationSizeMb: memory ?? defaultMemory,
      },
    })
    // Without a listener Node would end the process. Whoever waits is told when the time is up.
    this.#pool.on('error', (error: Error) => report?.(error))
  }

  async estimate(password: Plaintext, words: readonly string[]): Promise<Estimate> {
    if (this.#pool.queueSize >= this.#pool.options.maxQueue) {
      throw new OverloadedError('the password guessing queue is full', retryAfterSeconds)
    }
    const year = new Date(this.#clock.now()).getUTCFullYear()
    const signal = AbortSignal.timeout(this.#timeoutMs)
    try {
      return await this.#pool.run({ password: password.expose(), words, year }, { signal })
    } catch (error) {
      // The thread was ended with its task; the next password starts another.
      if (!signal.aborted) throw error
      throw new OverloadedError('guessing a password took too long', retryAfterSeconds)
    }
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
