import { type Duration, milliseconds, minutes, seconds } from '../kernel/clock.ts'

/** Who has lived this long did not die of how it was started. */
const longLife = minutes(1)
const firstPause = milliseconds(500)
const longestPause = seconds(30)

/** When a worker that has died is to be started again. One for each place. */
export class Restarts {
  #early = 0

  /** At once after a long life; else each pause is twice the one before, so that a start that cannot be costs little. */
  pauseAfter(life: Duration): Duration {
    if (life >= longLife) this.#early = 0
    const pause = this.#early === 0 ? 0 : firstPause * 2 ** (this.#early - 1)
    this.#early += 1
    return milliseconds(Math.min(pause, longestPause))
  }
}
