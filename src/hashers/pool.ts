import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import { threadFile } from '../kernel/thread-file.ts'
import { PasswordContextError } from './options.ts'
import type { Plan } from './plan.ts'
import { type LineCounts, type LineTimes, WaitingLine } from './waiting-line.ts'
import type { HashTask } from './worker.ts'

export interface HasherPoolOptions {
  /** Hashing threads; one for each core when left out. */
  readonly threads?: number | undefined
  /** How many hashes may wait. Beyond it callers are sent away, and nothing else slows down. */
  readonly queue?: number | undefined
  /** Told when a thread has died while nobody waited for it; piscina starts another one. */
  readonly report?: ((error: Error) => void) | undefined
  /** Told how long each hash waited and took. */
  readonly timed?: ((times: LineTimes) => void) | undefined
}

/** Bounds the wait to about a second and a half at the default cost and two threads. */
export const defaultQueue = 128

export const defaultThreads: number = availableParallelism()

/** Lowest priority: the thread that answers requests always goes first (measured in docs/decisions). */
const nice = 19

/** The next hash lies ready when one is done: a thread never waits for the main thread to wake. */
const tasksPerThread = 2

/** Hashing in threads of its own, so that no session check ever waits behind a password hash. */
export class HasherPool {
  readonly #pool: Piscina<HashTask, string | number>
  readonly #line: WaitingLine
  #closed = false

  constructor(
    plan: Plan,
    { threads = defaultThreads, queue = defaultQueue, report, timed }: HasherPoolOptions,
  ) {
    this.#line = new WaitingLine({ atWork: threads * tasksPerThread, length: queue, timed })
    this.#pool = new Piscina({
      filename: threadFile('worker', import.meta.url).href,
      workerData: plan,
      minThreads: threads,
      maxThreads: threads,
      niceIncrement: nice,
      concurrentTasksPerWorker: tasksPerThread,
    })
    // Without a listener the event would end the process.
    this.#pool.on('error', (error: Error) => report?.(error))
  }

  get counts(): LineCounts {
    return this.#line.counts
  }

  async run(task: HashTask, signal?: AbortSignal): Promise<string | number> {
    // piscina would start its threads again.
    if (this.#closed) throw new PasswordContextError('context', 'is closed')
    return this.#line.run(() => this.#pool.run(task), signal)
  }

  async close(): Promise<void> {
    this.#closed = true
    // piscina knows only of what is at work, and would turn away what waits before it.
    await this.#line.idle()
    await this.#pool.close()
  }
}
