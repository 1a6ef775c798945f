import { StoreUnavailableError } from '../../kernel/errors.ts'

/**
 * Busy, out of memory, read-only, interrupted, I/O error, corrupt, disk full, cannot open, not a
 * database (https://www.sqlite.org/rescode.html): the file cannot be used now. The rest is our mistake.
 */
const busy = 5
const unavailable = new Set([busy, 6, 7, 8, 9, 10, 11, 13, 14, 26])

/** Does another process, or another handle, hold the lock? An extended code has more in its upper bytes. */
export function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode
  return typeof code === 'number' && (code & 0xff) === busy
}

/** Is what the file holds no database, or not any more? Corrupt, or not a database. */
export function isSpoilt(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode
  return typeof code === 'number' && [11, 26].includes(code & 0xff)
}

/** SQLite's error as it is known outside: what an operator can mend is told from our mistakes. */
export function asOurs(error: unknown): unknown {
  const code = (error as { errcode?: unknown }).errcode
  if (typeof code !== 'number' || !unavailable.has(code & 0xff)) return error
  const what = isBusy(error) ? 'is locked' : 'cannot be used'
  return new StoreUnavailableError(`the SQLite database ${what}`, { cause: error, store: 'sqlite' })
}

export function translated<Result>(run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    throw asOurs(error)
  }
}
