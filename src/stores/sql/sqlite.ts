import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type Compilable, Kysely, sql } from 'kysely'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import { type ByKey, type Database, type Executor, executorOf, type Rows } from './database.ts'
import { RowMemory } from './row-memory.ts'
import type { Schema } from './schema.ts'
import { asScript, WriterDialect } from './sqlite-driver.ts'
import { isBusy, translated } from './sqlite-errors.ts'

/** Another process may be making or closing the same file. Readers of a WAL wait for nothing else. */
const openingTimeout = 5000

/**
 * Opens the embedded database, creating the file if need be.
 *
 * Two handles: Kysely owns the writer, in a thread of its own; hot statements read here, through a
 * second one, so they wait for no disk and never see a transaction that is not committed yet.
 */
export function openSqlite(path: string): Database {
  return translated(() => {
    createFile(path)
    const reader = new DatabaseSync(path, { timeout: openingTimeout })
    switchToWal(reader)
    reader.exec('pragma query_only = on')
    return new SqliteDatabase(path, reader)
  })
}

/**
 * WAL lets readers go on during a write. Of several processes that switch a new file at once SQLite
 * refuses all but one, and without waiting: each of them holds what another one needs. So they try again.
 */
function switchToWal(database: DatabaseSync): void {
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

/** Readable by its owner only, whatever the umask; SQLite gives its side files the same mode. */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600))
  } catch (cause) {
    throw new StoreUnavailableError('the SQLite database cannot be used', { cause })
  }
}

class SqliteDatabase implements Database {
  readonly dialect = 'sqlite'
  readonly kysely: Kysely<Schema>
  readonly #reader: DatabaseSync
  readonly #memory: RowMemory

  constructor(path: string, reader: DatabaseSync) {
    this.#reader = reader
    this.#memory = new RowMemory(reader)
    this.kysely = new Kysely({ dialect: new WriterDialect(path) })
  }

  byKey<Row, Found>(
    column: string & keyof Row,
    rows: Rows<Row>,
    read: (row: Row) => Found,
  ): ByKey<Found> {
    let statement: StatementSync | undefined
    const look = (key: string) => {
      statement ??= this.#reader.prepare(
        rows(this.kysely).where(sql.ref(column), '=', key).compile().sql,
      )
      const row = statement.get(key) as Row | undefined
      return row && read(row)
    }
    const known = this.#memory.ofStatement<Found>()
    // An async function, so that a failure is a rejection here as it is on PostgreSQL.
    const find = async (key: string) => translated(() => known.get(key) ?? known.learn(key, look))
    return Object.assign(find, { atOnce: known.get })
  }

  transaction<Result>(work: (executor: Executor) => Promise<Result>): Promise<Result> {
    return this.kysely.transaction().execute((transaction) => work(executorOf(transaction)))
  }

  async together<Row>(statements: readonly Compilable[]): Promise<Row[][]> {
    const { rows } = await this.kysely.executeQuery(asScript(statements))
    return rows as Row[][]
  }

  async close(): Promise<void> {
    if (this.#reader.isOpen) this.#reader.close()
    await this.kysely.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
