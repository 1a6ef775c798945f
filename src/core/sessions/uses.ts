import { between, type Duration, type Instant, seconds } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { SessionStore, Use } from './store.ts'

/** How often whoever keeps house writes the uses down. */
export const usesWritten: Duration = seconds(0.5)

/** A session with no more than this left may be over before its use is written: that cannot wait. */
const urgent: Duration = seconds(5)

/** Beyond it nobody reads faster than the store writes. */
const bound = 10_000

/** As many as travel in one message. */
const batch = 500

/**
 * The uses of sessions that move their ends, written down together a moment later: a read stays a read.
 * Lost by a crash, a use moved nothing: the session ends a little early, as the debounce may end it too.
 */
export class Uses {
  readonly #store: Pick<SessionStore, 'extend'>
  readonly #waiting = new Map<TokenHash, Use>()
  #writing: Promise<void> = Promise.resolve()
  /** When the first of those that wait was noted, or last tried. */
  #since: Instant | undefined

  constructor(store: Pick<SessionStore, 'extend'>) {
    this.#store = store
  }

  /** Resolves at once, unless the session's end is near or too much is waiting. */
  async note(use: Use, expiresAt: Instant): Promise<void> {
    if (between(use.at, expiresAt) <= urgent || this.#waiting.size >= bound) {
      return this.#store.extend([use])
    }
    this.#waiting.set(use.hash, use)
    this.#since ??= use.at
  }

  /**
   * Has a use waited too long? Whoever keeps house may be late, by a lot where the machine slept; then a
   * session would be over because nobody wrote that it was used.
   */
  isLate(now: Instant): boolean {
    return this.#since !== undefined && between(this.#since, now) >= urgent
  }

  /** Writes what is waiting. After a failure it still waits. */
  write(): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#writeAll())
    return this.#writing
  }

  async #writeAll(): Promise<void> {
    this.#since = undefined
    for (const uses of inBatches([...this.#waiting.values()])) {
      for (const { hash } of uses) this.#waiting.delete(hash)
      try {
        await this.#store.extend(uses)
      } catch (error) {
        for (const use of uses) if (!this.#waiting.has(use.hash)) this.#waiting.set(use.hash, use)
        throw error
      }
    }
  }
}

function inBatches(uses: readonly Use[]): Use[][] {
  return Array.from({ length: Math.ceil(uses.length / batch) }, (_, at) =>
    uses.slice(at * batch, (at + 1) * batch),
  )
}
