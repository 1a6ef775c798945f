import { setTimeout as delay } from 'node:timers/promises'
import type { GivenSettings } from '../config/index.ts'
import type { Log } from '../http/context.ts'
import { type Duration, milliseconds } from '../kernel/clock.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { type Reading, readOf } from '../metrics/reading.ts'
import { Restarts } from './restarts.ts'
import { Totals } from './totals.ts'
import { prepareWorkers, WorkerProcess } from './worker-process.ts'

export interface CrewOptions {
  readonly size: number
  readonly given: GivenSettings
  readonly log: Log
}

/** After the grace period: closing stores that do not answer takes its time too. Milliseconds. */
const lateMs = 10_000

/** The workers, each in its place: who dies is replaced, until all are told to stop. */
export class Crew implements AsyncDisposable {
  readonly #options: CrewOptions
  readonly #workers = new Map<number, WorkerProcess>()
  readonly #totals = new Totals()
  readonly #stopping = new AbortController()
  #replaced = 0

  constructor(options: CrewOptions) {
    this.#options = options
  }

  /**
   * Resolves when all of them listen.
   * @throws {ConfigurationError} One cannot start: why, said once although the others cannot either.
   */
  async start(): Promise<void> {
    prepareWorkers()
    const places = Array.from({ length: this.#options.size }, (_, at) => at + 1)
    await Promise.all(
      places.map(async (number) => {
        const worker = this.#fork(number)
        await worker.started
        if (!worker.listens) throw new ConfigurationError(await worker.ended)
        void this.#keep(worker)
      }),
    )
  }

  async isReady(): Promise<boolean> {
    const workers = [...this.#workers.values()]
    if (workers.length < this.#options.size) return false
    const answers = await Promise.all(workers.map((worker) => worker.ask('ready')))
    return answers.every((ready) => ready === true)
  }

  /** Of the workers, as far as they answer, and of what became of them. */
  async figures(): Promise<Reading> {
    const workers = [...this.#workers.values()]
    await Promise.all(
      workers.map(async (worker) => {
        const reading = await worker.ask('figures')
        // Meanwhile another may have taken its place.
        if (reading && this.#workers.get(worker.number) === worker) {
          this.#totals.note(worker.number, reading)
        }
      }),
    )
    return [...this.#totals.reading, ...this.#ownFigures()]
  }

  /** Tells whether all of them finished: in time, and by themselves. */
  async stop(grace: Duration): Promise<boolean> {
    this.#stopping.abort()
    const workers = [...this.#workers.values()]
    const listening = workers.filter(({ listens }) => listens)
    for (const worker of workers) worker.stop()
    let finished = true
    const tooLate = setTimeout(() => {
      finished = false
      this.kill()
    }, grace + lateMs)
    await Promise.all(workers.map(({ ended }) => ended))
    clearTimeout(tooLate)
    return finished && listening.every(({ finished }) => finished)
  }

  /** At once, with whatever they are doing. */
  kill(): void {
    this.#stopping.abort()
    for (const worker of this.#workers.values()) worker.kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill()
    await Promise.all([...this.#workers.values()].map(({ ended }) => ended))
  }

  #fork(number: number): WorkerProcess {
    const worker = new WorkerProcess(number, this.#options.given)
    this.#workers.set(number, worker)
    return worker
  }

  /** The life of a place: one worker after another. */
  async #keep(first: WorkerProcess): Promise<void> {
    const { log } = this.#options
    const { number } = first
    const restarts = new Restarts()
    for (let worker = first; ; ) {
      const began = performance.now()
      const reason = await worker.ended
      this.#workers.delete(number)
      this.#totals.depart(number)
      if (this.#stopping.signal.aborted) return

      const pause = restarts.pauseAfter(milliseconds(performance.now() - began))
      log.error({ worker: number, reason, pause }, 'a worker has ended; another takes its place')
      await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      if (this.#stopping.signal.aborted) return
      this.#replaced += 1
      worker = this.#fork(number)
      await worker.started
      if (worker.listens) log.info({ worker: number }, 'a worker has taken its place')
    }
  }

  #ownFigures(): Reading {
    const listening = [...this.#workers.values()].filter(({ listens }) => listens)
    return [
      readOf('workers', [{ value: listening.length, labels: {} }]),
      readOf('workersReplaced', [{ value: this.#replaced, labels: {} }]),
    ]
  }
}
