import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type Compilable, Kysely, sql } from 'kysely'
import {
  asOneMessage,
  type ByKey,
  type Database,
  type Executor,
  executorOf,
  type Rows,
} from './database.ts'
import { RowMemory } from './row-memory.ts'
import type { Schema } from './schema.ts'
import { WriterDialect } from './sqlite-driver.ts'
import { translated } from './sqlite-errors.ts'
import { createFile, openingTimeout, switchToWal } from './sqlite-file.ts'

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
    return Object.assign(find, { atOnce: known.get, counts: known.counts })
  }

  transaction<Result>(work: (executor: Executor) => Promise<Result>): Promise<Result> {
    return this.kysely.transaction().execute((transaction) => work(executorOf(transaction)))
  }

  /** The writer makes a transaction of them. */
  together<Row>(statements: readonly Compilable[]): Promise<Row[][]> {
    return asOneMessage(this.kysely, statements)
  }

  async close(): Promise<void> {
    if (this.#reader.isOpen) this.#reader.close()
    await this.kysely.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
