import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { CacheCounts } from '../../core/sessions/index.ts'

/** What was made of the rows that one statement has found, by its parameter. */
export interface KnownRows<Found> {
  readonly counts: CacheCounts
  get(key: string): Found | undefined
  /** Looks, and remembers what was found. */
  learn(key: string, look: (key: string) => Found | undefined): Found | undefined
}

/** Sessions and accounts at work at the same time, about: a few MiB at most. */
const maxRows = 10_000

/**
 * Remembers rows for exactly as long as nobody has written to the database: this process, another one
 * or the command line. SQLite itself keeps the count (`pragma data_version`), and to ask for it costs a
 * seventh of reading a row. What was revoked is therefore never answered from memory.
 *
 * It is asked once for each callback of the event loop, with the promises that the callback settles. No
 * request is read meanwhile: all that are answered there had come before the question.
 * @see https://www.sqlite.org/pragma.html#pragma_data_version
 */
export class RowMemory {
  readonly #version: StatementSync
  readonly #statements: Map<string, unknown>[] = []
  #seen: unknown
  #asked = false

  /** @param reader - Must never write: a connection's own commits do not move the version that it sees. */
  constructor(reader: DatabaseSync) {
    this.#version = reader.prepare('pragma data_version')
    this.#version.setReturnArrays(true)
  }

  ofStatement<Found>(): KnownRows<Found> {
    const rows = new Map<string, Found>()
    const counts = { hits: 0, misses: 0 }
    this.#statements.push(rows as Map<string, unknown>)
    return {
      counts,
      get: (key) => {
        this.#askOncePerCallback()
        const found = rows.get(key)
        if (found !== undefined) counts.hits += 1
        return found
      },
      learn: (key, look) => {
        counts.misses += 1
        const found = look(key)
        // All that is remembered is of one version: of two commits, nobody sees the second without the first.
        if (this.#forgetIfChanged() || found === undefined) return found
        if (rows.size >= maxRows) rows.clear()
        rows.set(key, found)
        return found
      },
    }
  }

  #askOncePerCallback(): void {
    // To ask costs more than all the rest of a session check.
    if (this.#asked) return
    this.#asked = true
    afterThisCallback(() => {
      this.#asked = false
    })
    this.#forgetIfChanged()
  }

  #forgetIfChanged(): boolean {
    const [version] = this.#version.get() as unknown as readonly unknown[]
    if (version === this.#seen) return false
    this.#seen = version
    for (const rows of this.#statements) rows.clear()
    return true
  }
}

/** When Node has run the present callback and all promise reactions that follow from it, and reads from no socket yet. */
function afterThisCallback(run: () => void): void {
  // A tick comes before the promise reactions of its callback, and after those that run already.
  process.nextTick(() => queueMicrotask(() => process.nextTick(run)))
}
