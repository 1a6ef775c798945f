import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import {
  CompiledQuery as Compiled,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
} from 'kysely'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import { threadFile } from '../../kernel/thread-file.ts'
import { asOurs } from './sqlite-errors.ts'
import type { WriterRequest, WriterResponse } from './sqlite-writer.ts'

/** SQLite's dialect with the writer in a thread: see `sqlite-writer.ts`. */
export class WriterDialect extends SqliteDialect {
  readonly #path: string

  constructor(path: string) {
    super({ database: () => Promise.reject(new Error('the writer has its own')) })
    this.#path = path
  }

  override createDriver(): Driver {
    return new WriterDriver(this.#path)
  }

  override createAdapter(): SqliteAdapter {
    return new WriterAdapter()
  }
}

/** Statements need not wait for one another's answers: the writer makes one transaction of those that wait. */
class WriterAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

class WriterDriver implements Driver {
  readonly #path: string
  readonly #gate = new Gate()
  #thread: WriterThread | undefined
  #closed = false

  constructor(path: string) {
    this.#path = path
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new Loan(() => this.#current(), this.#gate)
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as Loan).haveAlone()
    // Asks for the writer at once: a second process could else write between our first read and our
    // first write, which SQLite can only answer with an error.
    await connection.executeQuery(Compiled.raw('begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('rollback'))
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    ;(connection as Loan).end()
  }

  async destroy(): Promise<void> {
    this.#closed = true
    await this.#thread?.close()
  }

  /** A thread that has ended (out of memory, say) is followed by another. */
  #current(): WriterThread {
    if (this.#closed)
      throw new StoreUnavailableError('the SQLite database is closed', { store: 'sqlite' })
    if (!this.#thread || this.#thread.hasEnded) this.#thread = new WriterThread(this.#path)
    return this.#thread
  }
}

/** Closed by whoever has the writer alone: between the statements of a transaction no other may come. */
class Gate {
  /** Settled when it is open again; nothing while it is. To be asked again after it: others waited too. */
  opens: Promise<void> | undefined

  /** Resolves, with what opens it again, when it was open. What had been said before is written before. */
  async close(): Promise<() => void> {
    while (this.opens !== undefined) await this.opens
    const { promise, resolve } = Promise.withResolvers<void>()
    this.opens = promise
    return () => {
      this.opens = undefined
      resolve()
    }
  }
}

/**
 * The connection of one statement, or of one transaction: which ends with the thread that it began in.
 * The rest of it must never reach the next thread, where each statement would be committed by itself.
 */
class Loan implements DatabaseConnection {
  readonly #current: () => WriterThread
  readonly #gate: Gate
  #thread: WriterThread | undefined
  #open: (() => void) | undefined

  constructor(current: () => WriterThread, gate: Gate) {
    this.#current = current
    this.#gate = gate
  }

  async haveAlone(): Promise<void> {
    this.#open = await this.#gate.close()
  }

  end(): void {
    this.#open?.()
    this.#open = undefined
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    while (this.#open === undefined && this.#gate.opens !== undefined) await this.#gate.opens
    this.#thread ??= this.#current()
    const response = await this.#thread.ask(sql, parameters)
    if ('error' in response) {
      const { message, errcode } = response.error
      throw asOurs(Object.assign(new Error(message), { errcode }))
    }
    return { rows: response.rows as Row[], numAffectedRows: response.changes }
  }

  // biome-ignore lint/correctness/useYield: nothing is streamed from the writer.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('read by pages instead')
  }
}

interface Waiting {
  readonly resolve: (response: WriterResponse) => void
  readonly reject: (error: StoreUnavailableError) => void
}

class WriterThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #requests = 0
  #end: StoreUnavailableError | undefined

  constructor(path: string) {
    this.#worker = new Worker(threadFile('sqlite-writer', import.meta.url), {
      workerData: path,
    })
    this.#worker.on('message', (response: WriterResponse) => this.#settle(response))
    this.#worker.on('error', (error) => this.#ended(error))
    this.#worker.on('exit', () => this.#ended())
    // Alive while something is to be written; else it keeps no process from ending.
    this.#worker.unref()
  }

  get hasEnded(): boolean {
    return this.#end !== undefined
  }

  ask(sql: string, parameters: readonly unknown[]): Promise<WriterResponse> {
    if (this.#end) return Promise.reject(this.#end)
    const id = this.#requests++
    return new Promise((resolve, reject) => {
      this.#worker.postMessage({ id, sql, parameters } satisfies WriterRequest)
      this.#waiting.set(id, { resolve, reject })
      this.#worker.ref()
    })
  }

  /** What was asked before is answered; a transaction that is open is rolled back. */
  async close(): Promise<void> {
    if (this.#end) return
    this.#worker.ref()
    this.#worker.postMessage('close')
    await once(this.#worker, 'exit')
  }

  #settle(response: WriterResponse): void {
    this.#waiting.get(response.id)?.resolve(response)
    this.#waiting.delete(response.id)
    if (this.#waiting.size === 0) this.#worker.unref()
  }

  #ended(cause?: unknown): void {
    this.#end ??= new StoreUnavailableError('the thread that writes to SQLite has ended', {
      cause,
      store: 'sqlite',
    })
    for (const { reject } of this.#waiting.values()) reject(this.#end)
    this.#waiting.clear()
  }
}
