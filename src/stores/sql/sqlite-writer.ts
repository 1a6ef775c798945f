import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { type ScriptStatement, scriptMark } from './script.ts'
import { isBusy } from './sqlite-errors.ts'

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

  get isInTransaction(): boolean {
    return this.#database.isTransaction
  }

  run(requests: readonly WriterRequest[]): readonly WriterResponse[] {
    try {
      const responses =
        requests.length === 1 ? requests.map((one) => this.#alone(one)) : this.#shared(requests)
      this.#wait(patienceMs)
      return responses
    } catch (error) {
      // Others came while these waited; they do not wait a full turn of their own.
      if (isBusy(error)) this.#wait(0)
      return requests.map(({ id }) => refusal(id, error))
    }
  }

  #alone({ id, sql, parameters }: WriterRequest): WriterResponse {
    const { rows, changes } = this.#execute(sql, parameters as SQLInputValue[])
    return { id, rows, changes: BigInt(changes) }
  }

  /** One commit for all, so one wait for the disk; whoever fails undoes only what it did itself. */
  #shared(requests: readonly WriterRequest[]): WriterResponse[] {
    return this.#inTransaction(() =>
      requests.map((request) => {
        this.#execute('savepoint one', [])
        try {
          const response = this.#alone(request)
          this.#execute('release one', [])
          return response
        } catch (error) {
          // Where the disk failed nothing is left to go on with.
          if (!this.#database.isTransaction) throw error
          this.#execute('rollback to one', [])
          this.#execute('release one', [])
          return refusal(request.id, error)
        }
      }),
    )
  }

  /** All of the work is durable when this returns, or none has happened. */
  #inTransaction<Result>(work: () => Result): Result {
    this.#execute('begin immediate', [])
    try {
      const result = work()
      this.#execute('commit', [])
      return result
    } catch (error) {
      this.#execute('rollback', [])
      throw error
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

  /** A transaction, or part of the one that it is in. A "row" is all rows of one of the statements. */
  #together(statements: readonly ScriptStatement[]): { rows: unknown[]; changes: number } {
    const all = () =>
      statements.map(
        ({ sql, parameters }) => this.#execute(sql, parameters as SQLInputValue[]).rows,
      )
    return { rows: this.#database.isTransaction ? all() : this.#inTransaction(all), changes: 0 }
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

function refusal(id: number, error: unknown): WriterResponse {
  const { message, errcode } = error as { message: string; errcode?: number }
  return { id, error: { message, errcode } }
}

/** As many as wait share a commit: more would make the first wait for the last. */
const mostShared = 64

const isWordOrRead = /^(?:begin immediate|commit|rollback|select)\b/

const writer = new Writer(workerData as string)
const port = parentPort as MessagePort
port.on('message', (first: WriterRequest | 'close') => {
  let next: WriterRequest | 'close' | undefined = first
  let shared: WriterRequest[] = []
  const write = () => {
    if (shared.length > 0) for (const response of writer.run(shared)) port.postMessage(response)
    shared = []
  }
  for (; next; next = receiveMessageOnPort(port)?.message) {
    if (next === 'close') {
      write()
      writer.close()
      port.close()
      return
    }
    // Whoever has a transaction open shares nothing; who only reads need not wait for a commit.
    const isAlone = isWordOrRead.test(next.sql) || writer.isInTransaction
    if (isAlone || shared.length === mostShared) write()
    shared.push(next)
    if (isAlone) write()
  }
  write()
})
