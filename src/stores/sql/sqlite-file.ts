import { closeSync, openSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import { isBusy } from './sqlite-errors.ts'

/** Another process may be making or closing the same file. Readers of a WAL wait for nothing else. */
export const openingTimeout = 5000

/** Readable by its owner only, whatever the umask; SQLite gives its side files the same mode. */
export function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600))
  } catch (cause) {
    throw new StoreUnavailableError('the SQLite database cannot be used', {
      cause,
      store: 'sqlite',
    })
  }
}

/**
 * WAL lets readers go on during a write. Of several processes that switch a new file at once SQLite
 * refuses all but one, and without waiting: each of them holds what another one needs. So they try again.
 */
export function switchToWal(database: DatabaseSync): void {
  const deadline = performance.now() + openingTimeout
  for (;;) {
    try {
      database.exec('pragma journal_mode = wal')
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
      // Only at the start, before there is anybody to keep waiting.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}
