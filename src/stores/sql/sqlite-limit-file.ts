import { rmSync, statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isSpoilt } from './sqlite-errors.ts'
import { createFile, openingTimeout, switchToWal } from './sqlite-file.ts'

/** Of another process that counts. Requests of this one wait meanwhile, whatever they are about. Milliseconds. */
const patience = 250

/** 4 KiB each. One gibibyte is some five million keys: a flood must not fill the disk that the accounts are on. */
const mostPages = 262_144

/** What is read again and again stays in memory, up to so many KiB, however large the file is. */
const cacheSize = 8192

/**
 * `synchronous = off` never waits for the disk: what is written survives the process, and a failure of power may lose
 * or spoil it (https://www.sqlite.org/pragma.html#pragma_synchronous). Nothing of it is needed for long.
 */
const settings = `
  pragma synchronous = off;
  pragma trusted_schema = off;
  pragma cache_size = -${cacheSize};
  pragma max_page_count = ${mostPages};
  pragma busy_timeout = ${patience};
`

const tables = `
  create table if not exists tallies (
    key text primary key, tally text not null, expires_at integer not null
  ) without rowid, strict;
  create index if not exists tallies_by_expiry on tallies (expires_at);
`

/** The file of counters, open. */
export class SqliteLimitFile {
  readonly find: StatementSync
  readonly keep: StatementSync
  readonly remove: StatementSync
  readonly removeOver: StatementSync
  readonly #database: DatabaseSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #path: string
  readonly #id: bigint | undefined

  /** Makes the file if need be; what cannot be read is removed, and the file begun anew. */
  static open(path: string): SqliteLimitFile {
    createFileOf(path)
    const id = idOf(path)
    try {
      return new SqliteLimitFile(path, id)
    } catch (error) {
      if (!isSpoilt(error)) throw error
      removeFile(path, id)
      createFileOf(path)
      return new SqliteLimitFile(path, idOf(path))
    }
  }

  private constructor(path: string, id: bigint | undefined) {
    this.#path = path
    this.#id = id
    this.#database = new DatabaseSync(path, { timeout: openingTimeout })
    try {
      switchToWal(this.#database)
      this.#database.exec(tables)
      this.#database.exec(settings)
      const prepared = (text: string) => this.#database.prepare(text)
      this.find = prepared('select tally from tallies where key = ?')
      this.keep = prepared(`insert into tallies values (?1, ?2, ?3)
        on conflict (key) do update set tally = ?2, expires_at = ?3`)
      this.remove = prepared('delete from tallies where key = ?')
      this.removeOver = prepared(`delete from tallies where key in (
        select key from tallies where expires_at <= ? limit ?)`)
      this.#begin = prepared('begin immediate')
      this.#commit = prepared('commit')
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  /** Is it still the one that others find? It may have been removed, by another process or by hand. */
  get isInPlace(): boolean {
    return this.#id === idOf(this.#path)
  }

  transaction<Result>(work: () => Result): Result {
    this.#begin.run()
    try {
      const result = work()
      this.#commit.run()
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback')
      throw error
    }
  }

  close(): void {
    this.#database.close()
  }

  /** Closes it, and removes it where nobody else has done so. */
  removeSpoilt(): void {
    this.close()
    removeFile(this.#path, this.#id)
  }
}

function createFileOf(path: string): void {
  if (path !== inMemory) createFile(path)
}

/** Which file the path leads to; `undefined` for one in memory. */
function idOf(path: string): bigint | undefined {
  if (path === inMemory) return undefined
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? 0n
}

const inMemory = ':memory:'

/**
 * Of several processes that find it spoilt at once one removes it. Its side files go first: nobody may ever read those
 * of the old file with a new one.
 */
function removeFile(path: string, id: bigint | undefined): void {
  if (id === undefined || idOf(path) !== id) return
  for (const part of ['-shm', '-wal', '']) rmSync(`${path}${part}`, { force: true })
}
