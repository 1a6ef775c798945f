import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Compilable,
  type CompiledQuery,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  sql,
} from 'kysely'
import pg from 'pg'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import {
  type ByKey,
  type Database,
  type Executor,
  executorOf,
  type Rows,
  type Together,
} from './database.ts'
import { gathered } from './gathered.ts'
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
    // The server keeps a named statement for each connection, so the name must follow the text.
    const name = `sallyport_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
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
    return this.kysely
      .transaction()
      .execute((transaction) => work(executorOf(transaction, oneByOne)))
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

const oneByOne: Together = async <Row>(
  kysely: Kysely<Schema>,
  statements: readonly Compilable[],
) => {
  const answers: Row[][] = []
  for (const statement of statements) {
    answers.push((await kysely.executeQuery<Row>(statement.compile() as CompiledQuery<Row>)).rows)
  }
  return answers
}

/** Epoch milliseconds and counters are `bigint` columns, and far below 2^53. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')

/** The pool as Kysely uses it, with driver errors put into our words. */
function translatedPool(pool: pg.Pool): PostgresPool {
  return {
    options: {},
    connect: async () => translatedClient(await translated(pool.connect())),
    end: () => pool.end(),
  }
}

function translatedClient(client: pg.PoolClient): PostgresPoolClient {
  let broken: StoreUnavailableError | undefined
  const query = async (sql: string, values: unknown[]) => {
    // It would wait behind what was not answered, a rollback too; the server rolls back by itself. Whoever asks for
    // that is told why: it takes the place of what went wrong.
    if (broken) throw broken
    try {
      return await translated(client.query(sql, values))
    } catch (error) {
      // An answer may still be on its way: nobody else may be given this connection.
      if (error instanceof StoreUnavailableError) broken ??= error
      throw error
    }
  }
  const release = (destroy?: boolean) => client.release(destroy || broken !== undefined)
  // Kysely's other overload of query() is for cursors, which no store asks for.
  return { query, release } as unknown as PostgresPoolClient
}

/**
 * SQLSTATE classes that mean "not now" (https://www.postgresql.org/docs/current/errcodes-appendix.html):
 * connection exception, read-only, password or database not accepted, transaction rolled back by
 * the server, insufficient resources, lock not available, operator intervention, system error.
 */
const unavailable = /^(?:08|25006|28|3D|40|53|55P03|57|58)/

async function translated<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer
  } catch (error) {
    // Without a SQLSTATE the server said nothing: the connection failed or timed out.
    const state = error instanceof pg.DatabaseError ? error.code : undefined
    if (state === undefined || unavailable.test(state)) {
      throw notAnswered(error)
    }
    throw error
  }
}

function notAnswered(cause?: unknown): StoreUnavailableError {
  return new StoreUnavailableError('the PostgreSQL database does not answer', {
    cause,
    store: 'postgres',
  })
}
