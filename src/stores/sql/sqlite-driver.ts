import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import {
  CompiledQuery as Compiled,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteDialect,
} from 'kysely'
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
}

/** One connection, lent to one transaction after the other. */
class WriterDriver implements Driver {
  readonly #thread: WriterThread
  #free: Promise<void> = Promise.resolve()
  #release: () => void = () => undefined

  constructor(path: string) {
    this.#thread = new WriterThread(path)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = this.#free
    this.#free = promise
    await before
    this.#release = resolve
    return this.#thread
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
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

  async releaseConnection(): Promise<void> {
    this.#release()
  }

  destroy(): Promise<void> {
    return this.#thread.close()
  }
}

interface Waiting {
  readonly resolve: (response: WriterResponse) => void
}

class WriterThread implements DatabaseConnection {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #requests = 0
  #failure: Error | undefined

  constructor(path: string) {
    this.#worker = new Worker(new URL(`./sqlite-writer${extension}`, import.meta.url), {
      workerData: path,
    })
    this.#worker.on('message', (response: WriterResponse) => this.#settle(response))
    this.#worker.on('error', (error: Error) => {
      this.#failure = error
      for (const id of this.#waiting.keys()) this.#settle({ id, error })
    })
    // Alive while something is to be written; else it keeps no process from ending.
    this.#worker.unref()
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const response = await this.#ask(sql, parameters)
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

  async close(): Promise<void> {
    if (this.#failure) return
    this.#worker.ref()
    this.#worker.postMessage('close')
    await once(this.#worker, 'exit')
  }

  #ask(sql: string, parameters: readonly unknown[]): Promise<WriterResponse> {
    const id = this.#requests++
    if (this.#failure) return Promise.resolve({ id, error: this.#failure })
    this.#worker.ref()
    return new Promise((resolve) => {
      this.#waiting.set(id, { resolve })
      this.#worker.postMessage({ id, sql, parameters } satisfies WriterRequest)
    })
  }

  #settle(response: WriterResponse): void {
    this.#waiting.get(response.id)?.resolve(response)
    this.#waiting.delete(response.id)
    if (this.#waiting.size === 0) this.#worker.unref()
  }
}

/** The thread loads this file's sibling as source in the repository and as JavaScript in the package. */
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
