import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { isBusy } from './sqlite-errors.ts'
import { type ScriptStatement, scriptMark } from './sqlite-script.ts'

/** One statement, on its way to the writer. */
export interface WriterRequest {
  readonly id: number
  readonly sql: string
  readonly parameters: readonly unknown[]
}

export type WriterResponse =
  | { readonly id: number; readonly rows: readonly unknown[]; readonly changes: bigint }
  | { readonly id: number; readonly error: WriterFault }

/** What remains of an error on its way between threads; `errcode` is SQLite's. */
export interface WriterFault {
  readonly message: string
  readonly errcode?: number | undefined
}

/** How long writers wait for another process (the CLI, another worker) to finish writing. */
const patienceMs = 5000

/**
 * Owns the only handle that writes, in a thread of its own: a commit waits for the disk, and a locked
 * database for another process, while the main thread goes on checking sessions.
 */
class Writer {
  readonly #database: DatabaseSync
  // The texts are those of the stores, a small closed set: each is prepared once and kept.
  readonly #statements = new Map<string, StatementSync>()
  #patience = patienceMs

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: patienceMs })
    // FULL makes a commit survive the loss of power.
    this.#database.exec('pragma synchronous = full; pragma trusted_schema = off')
  }

  run({ id, sql, parameters }: WriterRequest): WriterResponse {
    try {
      const { rows, changes } = this.#execute(sql, parameters as SQLInputValue[])
      this.#wait(patienceMs)
      return { id, rows, changes: BigInt(changes) }
    } catch (error) {
      const { message, errcode } = error as { message: string; errcode?: number }
      // Others came while this one waited; they do not wait a full turn of their own.
      if (isBusy(error)) this.#wait(0)
      return { id, error: { message, errcode } }
    }
  }

  #execute(
    sql: string,
    parameters: SQLInputValue[],
  ): { rows: readonly unknown[]; changes: number | bigint } {
    // Where the disk failed SQLite has rolled back already (https://www.sqlite.org/lang_transaction.html).
    if (sql === 'rollback' && !this.#database.isTransaction) return { rows: [], changes: 0 }
    if (sql === scriptMark) return this.#together(parameters as unknown as ScriptStatement[])
    const statement = this.#prepared(sql)
    if (statement.columns().length > 0) return { rows: statement.all(...parameters), changes: 0 }
    return { rows: [], changes: statement.run(...parameters).changes }
  }

  /** All of them are durable when this returns, or none has happened. A "row" is all rows of one of them. */
  #together(statements: readonly ScriptStatement[]): { rows: unknown[]; changes: number } {
    const rows: unknown[] = []
    this.#execute('begin immediate', [])
    try {
      for (const { sql, parameters } of statements) {
        rows.push(this.#execute(sql, parameters as SQLInputValue[]).rows)
      }
      this.#execute('commit', [])
    } catch (error) {
      this.#execute('rollback', [])
      throw error
    }
    return { rows, changes: 0 }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #wait(patience: number): void {
    if (patience === this.#patience) return
    this.#patience = patience
    this.#database.exec(`pragma busy_timeout = ${patience}`)
  }

  close(): void {
    this.#database.close()
  }
}

const writer = new Writer(workerData as string)
parentPort?.on('message', (request: WriterRequest | 'close') => {
  if (request !== 'close') return parentPort?.postMessage(writer.run(request))
  writer.close()
  parentPort?.close()
})
