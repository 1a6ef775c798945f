import { type Reading, sumOf } from '../metrics/reading.ts'

/**
 * The figures of all workers as those of one server. What a worker has counted outlives it: a count
 * that falls would look like a restart of the server to every collector.
 */
export class Totals {
  readonly #latest = new Map<number, Reading>()
  #departed: Reading = []

  /** What a worker says of itself; stands until it says something else. */
  note(worker: number, reading: Reading): void {
    this.#latest.set(worker, reading)
  }

  /** Its queues and its memory have gone with it. */
  depart(worker: number): void {
    const counted = this.#latest.get(worker)?.filter(({ type }) => type !== 'gauge') ?? []
    this.#latest.delete(worker)
    this.#departed = sumOf([this.#departed, counted])
  }

  get reading(): Reading {
    return sumOf([...this.#latest.values(), this.#departed])
  }
}
