import cluster, { type Worker } from 'node:cluster'
import { fileURLToPath } from 'node:url'
import type { GivenSettings } from '../config/index.ts'
import { threadFile } from '../kernel/thread-file.ts'
import type { Answers, Question, ToPrimary, ToWorker } from './messages.ts'

/** Below the patience of most probes. */
const answerLimitMs = 2000

/**
 * Before the first worker. They accept from one socket, each when it has time: whoever connects waits
 * in the kernel, never for a worker that hangs or has died (docs/decisions/0013).
 */
export function prepareWorkers(): void {
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ exec: fileURLToPath(threadFile('worker', import.meta.url)), args: [] })
}

/** A worker as the primary sees it. */
export class WorkerProcess {
  readonly number: number
  /** Resolves when it listens, or has ended before. */
  readonly started: Promise<void>
  /** Resolves with the reason, a line for each, when it has ended. Whatever it had to say was heard before. */
  readonly ended: Promise<readonly string[]>
  listens = false
  /** It has ended, and meant to. */
  finished = false
  readonly #worker: Worker
  readonly #waiting = new Map<number, (answer: Answers[Question] | undefined) => void>()
  readonly #start: PromiseWithResolvers<void> = Promise.withResolvers()
  #failure: readonly string[] | undefined
  #asked = 0

  constructor(number: number, given: GivenSettings) {
    this.number = number
    this.#worker = cluster.fork()
    this.started = this.#start.promise
    this.ended = this.#untilEnd()
    this.#worker.on('message', (message: ToPrimary) => this.#hear(message))
    this.#tell({ kind: 'start', number, given })
  }

  /** `undefined` when there is no answer in time. */
  async ask<Asked extends Question>(question: Asked): Promise<Answers[Asked] | undefined> {
    if (!this.listens) return undefined
    const id = this.#asked++
    const { promise, resolve } = Promise.withResolvers<Answers[Question] | undefined>()
    this.#waiting.set(id, resolve)
    const limit = setTimeout(() => resolve(undefined), answerLimitMs)
    this.#tell({ kind: 'ask', id, question })
    const answer = await promise
    clearTimeout(limit)
    this.#waiting.delete(id)
    return answer as Answers[Asked] | undefined
  }

  /** Finishes what is in flight and ends; one that does not listen has nothing to finish. */
  stop(): void {
    if (this.listens) this.#tell({ kind: 'stop' })
    else this.kill()
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL')
  }

  #tell(message: ToWorker): void {
    // One that is ending hears nothing any more; its end is what counts.
    this.#worker.send(message, () => undefined)
  }

  #hear(message: ToPrimary): void {
    switch (message.kind) {
      case 'listening':
        this.listens = true
        this.#start.resolve()
        break
      case 'failed':
        this.#failure = message.lines
        break
      case 'answer':
        this.#waiting.get(message.id)?.(message.answer)
    }
  }

  async #untilEnd(): Promise<readonly string[]> {
    const reason = await endOf(this.#worker)
    this.listens = false
    this.finished = reason === 'exit code 0'
    this.#start.resolve()
    for (const resolve of this.#waiting.values()) resolve(undefined)
    return this.#failure ?? [`worker ${this.number} has ended (${reason})`]
  }
}

/** How long the channel of a process that has gone may be read. Milliseconds. */
const lastWordsMs = 1000

/**
 * The channel may have more to read when the process has gone already. It may also never be told that
 * this was all: Node waits for ever for one that died while it was handed a socket.
 */
function endOf(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.once('exit', (code, signal) => {
      const settle = () => resolve(signal ?? `exit code ${code}`)
      if (!worker.isConnected()) settle()
      worker.once('disconnect', settle)
      setTimeout(settle, lastWordsMs).unref()
    })
    worker.on('error', (error) => {
      // It was never there: no exit will be told.
      if (worker.process.pid === undefined) resolve(error.message)
    })
  })
}
