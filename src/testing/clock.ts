import { type Clock, type Duration, type Instant, instantOf } from '../kernel/clock.ts'

/** A clock that stands still until it is told to move: expiry is tested without sleeping. */
export class FakeClock implements Clock {
  #now: Instant

  constructor(start = '2030-01-01T00:00:00Z') {
    this.#now = instantOf(start)
  }

  now(): Instant {
    return this.#now
  }

  /** Moves the clock; a length of time comes from `minutes(30)` and its like. */
  advance(by: Duration | number): void {
    this.#now = (this.#now + by) as Instant
  }
}
