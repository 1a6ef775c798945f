import { setTimeout as delay } from 'node:timers/promises'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely'
import { StoreUnavailableError } from '../../kernel/errors.ts'

/** Another process is writing. */
export class BusyError extends StoreUnavailableError {}

/** How long writers wait for another process (the CLI, another worker) to finish writing. */
const patienceMs = 5000
const pauseMs = 10

/**
 * SQLite's dialect, waiting for a locked database between turns of the event loop. SQLite's own
 * busy time-out would stop the whole process: one writer that waits, and no session is checked.
 */
export class PatientDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): Driver {
    return new PatientDriver(this.#config)
  }
}

class PatientDriver extends SqliteDriver {
  /**
   * Since when nothing could be written. Who comes later does not wait a full turn of its own: else
   * writers in a queue would wait for one another, each a little longer.
   */
  #busySince: number | undefined

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection()
    return {
      executeQuery: <Row>(query: CompiledQuery) =>
        this.#whenFree(() => connection.executeQuery<Row>(query)),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    }
  }

  async #whenFree<Row>(run: () => Promise<QueryResult<Row>>): Promise<QueryResult<Row>> {
    for (;;) {
      try {
        const result = await run()
        this.#busySince = undefined
        return result
      } catch (error) {
        if (!(error instanceof BusyError)) throw error
        this.#busySince ??= performance.now()
        if (performance.now() - this.#busySince > patienceMs) throw error
        await delay(pauseMs)
      }
    }
  }
}
