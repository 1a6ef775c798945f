import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type Compilable, Kysely, type SqliteStatement } from 'kysely'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import { type Database, type Executor, executorOf, type OneRow } from './database.ts'
import type { Schema } from './schema.ts'
import { BusyError, PatientDialect } from './sqlite-patience.ts'

/** Another process may be making or closing the same file. Readers of a WAL wait for nothing else. */
const openingTimeout = 5000

/**
 * Opens the embedded database, creating the file if need be.
 *
 * Two handles: Kysely owns the writer, whose transactions span several turns of the event loop; hot
 * statements read through a second one, so they never see a transaction that is not committed yet.
 */
export function openSqlite(path: string): Database {
  return translated(() => {
    createFile(path)
    const writer = new DatabaseSync(path, { timeout: openingTimeout })
    // WAL lets readers go on during a write; FULL makes a commit survive the loss of power.
    writer.exec('pragma journal_mode = wal; pragma synchronous = full; pragma trusted_schema = off')
    // From here on waiting is the dialect's: SQLite's own would stop the event loop.
    writer.exec('pragma busy_timeout = 0')
    const reader = new DatabaseSync(path, { timeout: openingTimeout, readOnly: true })
    return new SqliteDatabase(writer, reader)
  })
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

  constructor(writer: DatabaseSync, reader: DatabaseSync) {
    this.#reader = reader
    this.kysely = new Kysely({
      dialect: new PatientDialect({ database: new KyselyHandle(writer) }),
    })
  }

  prepare<Row>(query: (db: Kysely<Schema>) => Compilable<Row>): OneRow<Row> {
    let statement: StatementSync | undefined
    // An async function, so that a failure is a rejection here as it is on PostgreSQL.
    return async (...parameters) =>
      translated(() => {
        statement ??= this.#reader.prepare(query(this.kysely).compile().sql)
        return statement.get(...parameters) as Row | undefined
      })
  }

  transaction<Result>(work: (executor: Executor) => Promise<Result>): Promise<Result> {
    return this.kysely.transaction().execute((transaction) => work(executorOf(transaction)))
  }

  async close(): Promise<void> {
    this.#reader.close()
    await this.kysely.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** `node:sqlite` in the form that Kysely's dialect expects. */
class KyselyHandle {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** The texts are those of the stores, a small closed set: each is prepared once and kept. */
  prepare(sql: string): SqliteStatement {
    // Where the disk failed SQLite has rolled back already (https://www.sqlite.org/lang_transaction.html).
    if (sql === 'rollback' && !this.#database.isTransaction) return this.prepare('select 1')
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = translated(() => new KyselyStatement(this.#database.prepare(immediate(sql))))
      this.#statements.set(sql, statement)
    }
    return statement
  }

  close(): void {
    this.#database.close()
  }
}

/**
 * Kysely begins transactions without asking for the writer; a second process could then write
 * between our first read and first write, which SQLite can only answer with an error.
 */
function immediate(sql: string): string {
  return sql === 'begin' ? 'begin immediate' : sql
}

class KyselyStatement implements SqliteStatement {
  readonly #statement: StatementSync

  constructor(statement: StatementSync) {
    this.#statement = statement
  }

  get reader(): boolean {
    return this.#statement.columns().length > 0
  }

  all(parameters: readonly unknown[]): unknown[] {
    return translated(() => this.#statement.all(...(parameters as SQLInputValue[])))
  }

  run(parameters: readonly unknown[]): ReturnType<SqliteStatement['run']> {
    return translated(() => this.#statement.run(...(parameters as SQLInputValue[])))
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return translated(() => this.#statement.iterate(...(parameters as SQLInputValue[])))
  }
}

/**
 * Busy, out of memory, read-only, interrupted, I/O error, corrupt, disk full, cannot open, not a
 * database (https://www.sqlite.org/rescode.html): the file cannot be used now. The rest is our mistake.
 */
const busy = 5
const unavailable = new Set([busy, 6, 7, 8, 9, 10, 11, 13, 14, 26])

function translated<Result>(run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    const code = (error as { errcode?: unknown }).errcode
    if (code === busy) throw new BusyError('the SQLite database is locked', { cause: error })
    if (typeof code === 'number' && unavailable.has(code & 0xff)) {
      throw new StoreUnavailableError('the SQLite database cannot be used', { cause: error })
    }
    throw error
  }
}
