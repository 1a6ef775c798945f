import { type Metric, sumOfMetrics } from '../http/metrics.ts'

/**
 * The figures of all workers as those of one server. What a worker has counted outlives it: a count
 * that falls would look like a restart of the server to every collector.
 */
export class Totals {
  readonly #latest = new Map<number, readonly Metric[]>()
  #departed: readonly Metric[] = []

  /** What a worker says of itself; stands until it says something else. */
  note(worker: number, metrics: readonly Metric[]): void {
    this.#latest.set(worker, metrics)
  }

  /** Its queues have gone with it. */
  depart(worker: number): void {
    const counted = this.#latest.get(worker)?.filter(({ type }) => type === 'counter') ?? []
    this.#latest.delete(worker)
    this.#departed = sumOfMetrics([this.#departed, counted])
  }

  get metrics(): Metric[] {
    return sumOfMetrics([...this.#latest.values(), this.#departed])
  }
}
