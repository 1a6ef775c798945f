import {
  type Claim,
  type LimitStore,
  type Settlement,
  type TakeOutcome,
  type Tally,
  takeAll,
  withoutHit,
} from '../../core/limits/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { Digest } from '../../kernel/digest.ts'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import { tallyOfText, textOfTally } from '../tally-text.ts'
import { isSpoilt, translated } from './sqlite-errors.ts'
import { SqliteLimitFile } from './sqlite-limit-file.ts'

/** How long counters may go to a file that is not there any more. Milliseconds. */
const lookedAtEvery = 1000

/**
 * Opens a file of counters, creating it if need be: one of its own, since to count must not wait for the disk, and
 * what is counted may be lost. Several processes may share it; `:memory:` is nobody else's.
 */
export function openSqliteLimitStore(path: string): LimitStore {
  return new SqliteLimitStore(path)
}

/**
 * Counters in a file of SQLite. They survive the end of the process, however it ends; a failure of power may lose them.
 * Each call is one transaction on the calling thread: it waits for no disk, so it is over within tens of microseconds.
 */
class SqliteLimitStore implements LimitStore {
  readonly #path: string
  #file: SqliteLimitFile | undefined
  #lookedAt = 0
  #isClosed = false

  constructor(path: string) {
    this.#path = path
    this.#file = translated(() => SqliteLimitFile.open(path))
  }

  async take(claims: readonly Claim[], now: Instant): Promise<TakeOutcome> {
    this.#follow(now)
    return this.#inTransaction((file) => {
      const { outcome, changes } = takeAll(claims, (key) => find(file, key), now)
      for (const { key, tally } of changes) keep(file, key, tally)
      return outcome
    })
  }

  async settle({ back, forgotten }: Settlement): Promise<void> {
    this.#inTransaction((file) => {
      for (const { key, at } of back) {
        const former = find(file, key)
        if (!former) continue
        const tally = withoutHit(former, at)
        if (tally) keep(file, key, tally)
        else file.remove.run(key)
      }
      for (const key of forgotten) file.remove.run(key)
    })
  }

  async sweep(now: Instant, limit: number): Promise<number> {
    return this.#inTransaction((file) => Number(file.removeOver.run(now, limit).changes))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#file?.close()
    this.#file = undefined
  }

  /** A file that turns out to be spoilt is begun anew, and the work done there. */
  #inTransaction<Result>(work: (file: SqliteLimitFile) => Result): Result {
    return translated(() => {
      const file = this.#current()
      try {
        return file.transaction(() => work(file))
      } catch (error) {
        if (!isSpoilt(error)) throw error
        this.#file = undefined
        file.removeSpoilt()
        const fresh = this.#current()
        return fresh.transaction(() => work(fresh))
      }
    })
  }

  /** Where the file was removed, by another process that found it spoilt or by hand, all go on in the new one. */
  #follow(now: Instant): void {
    if (Math.abs(now - this.#lookedAt) < lookedAtEvery) return
    this.#lookedAt = now
    if (!this.#file || translated(() => this.#file?.isInPlace)) return
    this.#file.close()
    this.#file = undefined
  }

  #current(): SqliteLimitFile {
    if (this.#isClosed) {
      throw new StoreUnavailableError('the SQLite database is closed', { store: 'sqlite' })
    }
    this.#file ??= SqliteLimitFile.open(this.#path)
    return this.#file
  }
}

function find({ find: statement }: SqliteLimitFile, key: Digest): Tally | undefined {
  return tallyOfText(statement.get(key)?.['tally'] as string | undefined)
}

function keep({ keep: statement }: SqliteLimitFile, key: Digest, tally: Tally): void {
  statement.run(key, textOfTally(tally), tally.expiresAt)
}
