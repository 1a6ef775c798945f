import { between, type Duration, type Instant, seconds } from '../../kernel/clock.ts'

/** The same point in time on two clocks: one that is never set, and one that goes on while a machine sleeps. */
export interface Moment {
  /** Milliseconds since some point in the past. */
  readonly elapsed: number
  readonly wall: Instant
}

/** How long after the last sign of life what is remembered may be trusted. The bound that the docs promise. */
const term: Duration = seconds(1)

/**
 * Trust in a channel that delivers in order. A process sends itself beats over it: one that comes back says
 * that all that others had sent before it has come too. So trust counts from when that beat was *sent*, on
 * this process' own clocks: those of others do not matter.
 */
export class Lease {
  readonly #sent = new Map<number, Moment>()
  #beats = 0
  #since: Moment | undefined

  /** The number to send. */
  beat(now: Moment): number {
    this.#beats += 1
    this.#sent.set(this.#beats, now)
    return this.#beats
  }

  heard(beat: number): void {
    const sent = this.#sent.get(beat)
    if (!sent) return
    this.#since = sent
    for (const number of this.#sent.keys()) if (number <= beat) this.#sent.delete(number)
  }

  /** Words may have been missed. Beats that are on their way prove nothing any more. */
  lost(): void {
    this.#since = undefined
    this.#sent.clear()
  }

  holds({ elapsed, wall }: Moment): boolean {
    const since = this.#since
    if (!since || elapsed - since.elapsed >= term) return false
    return Math.abs(between(since.wall, wall)) < term
  }
}
