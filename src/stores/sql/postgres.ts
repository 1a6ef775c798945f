import { setTimeout as delay } from 'node:timers/promises'
import { type Compilable, Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { type ByKey, type Database, type Executor, executorOf, type Rows } from './database.ts'
import { gathered } from './gathered.ts'
import { statementName, translated, translatedPool } from './postgres-client.ts'
import type { Schema } from './schema.ts'

/** No request waits longer than these for the database; then it is told 503. Milliseconds. */
const timeouts = { connect: 3000, statement: 5000, answer: 6000, idleTransaction: 10_000 }

export interface PostgresOptions {
  readonly url: string
  /** For migrations, which may take as long as they need; requests may not. */
  readonly patient?: boolean
}

/** Opens a pool; the first connection is made when the first statement needs it. */
export function openPostgres({ url, patient = false }: PostgresOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    application_name: 'sallyport',
    connectionTimeoutMillis: timeouts.connect,
    ...(!patient && {
      statement_timeout: timeouts.statement,
      query_timeout: timeouts.answer,
      idle_in_transaction_session_timeout: timeouts.idleTransaction,
    }),
    // Statements that need no answer from one another travel together.
    pipeline: true,
    keepAlive: true,
    allowExitOnIdle: true,
    types: { getTypeParser },
  })
  // A connection that breaks while idle: the pool has dropped it already and makes another one.
  pool.on('error', () => undefined)
  // One that breaks in use: its statement is told. Without a listener Node would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new PostgresDatabase(pool)
}

class PostgresDatabase implements Database {
  readonly dialect = 'postgres'
  readonly kysely: Kysely<Schema>
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
    this.kysely = new Kysely({ dialect: new PostgresDialect({ pool: translatedPool(pool) }) })
  }

  byKey<Row, Found>(
    column: string & keyof Row,
    rows: Rows<Row>,
    read: (row: Row) => Found,
  ): ByKey<Found> {
    const isOneOf = sql<boolean>`${sql.ref(column)} = any(${[]}::text[])`
    const text = rows(this.kysely).where(isOneOf).compile().sql
    const name = statementName(text)
    const find = gathered(column, async (keys) => {
      const answer = await translated(this.#pool.query({ name, text, values: [keys] }))
      return answer.rows as Row[]
    })
    return async (key) => {
      const row = await find(key)
      return row && read(row)
    }
  }

  transaction<Result>(work: (executor: Executor) => Promise<Result>): Promise<Result> {
    return this.kysely.transaction().execute((transaction) => work(executorOf(transaction)))
  }

  together<Row>(statements: readonly Compilable[]): Promise<Row[][]> {
    return this.transaction((executor) => executor.together(statements))
  }

  /** A server that is frozen never says goodbye back: then its connections are left to the system. */
  async close(): Promise<void> {
    const closed = new AbortController()
    const { signal } = closed
    const limit = delay(timeouts.connect, undefined, { signal }).catch(() => undefined)
    await Promise.race([this.kysely.destroy(), limit]).finally(() => closed.abort())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Epoch milliseconds and counters are `bigint` columns, and far below 2^53. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')
