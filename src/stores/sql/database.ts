import { type Compilable, CompiledQuery, type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import type { CacheCounts } from '../../core/sessions/index.ts'
import type { Schema } from './schema.ts'
import { type ScriptStatement, scriptMark } from './script.ts'

export type Dialect = 'sqlite' | 'postgres'

/** Looks for the one row with this value in its key column, and gives what is made of it. */
export interface ByKey<Found> {
  (key: string): Promise<Found | undefined>
  /** The same from memory alone, where there is one: `undefined` says nothing. */
  readonly atOnce?: (key: string) => Found | undefined
  /** Of that memory. */
  readonly counts?: CacheCounts
}

/** The rows of a look-up, before it is said which. */
export type Rows<Row> = (db: Kysely<Schema>) => SelectQueryBuilder<Schema, keyof Schema, Row>

/** What a store needs to run statements, inside a transaction or outside. */
export interface Executor {
  readonly kysely: Kysely<Schema>

  /**
   * For look-ups on the path of every request: built once, then run on the driver itself; answered from
   * memory, or with others in one message, where that gives what the database would say at this moment.
   *
   * @param column - Unique, and among the columns of each row.
   */
  byKey<Row, Found>(
    column: string & keyof Row,
    rows: Rows<Row>,
    read: (row: Row) => Found,
  ): ByKey<Found>

  /**
   * A transaction of statements that need no answer from one another, in as few messages as the engine
   * allows: for what every sign-in does. Gives the rows of each. Within a transaction it is part of that.
   */
  together<Row>(statements: readonly Compilable[]): Promise<Row[][]>
}

/** An open database. Every failure to answer is a `StoreUnavailableError`. */
export interface Database extends Executor, AsyncDisposable {
  readonly dialect: Dialect

  /** All of `work` is durable when this returns, or none of it has happened. */
  transaction<Result>(work: (executor: Executor) => Promise<Result>): Promise<Result>

  close(): Promise<void>
}

/** Inside a transaction even a prepared statement must go through the transaction's connection. */
export function executorOf(kysely: Kysely<Schema>): Executor {
  return {
    kysely,
    byKey: (column, rows, read) => async (key) => {
      const row = await rows(kysely).where(sql.ref(column), '=', key).executeTakeFirst()
      return row && read(row as Parameters<typeof read>[0])
    },
    together: (statements) => asOneMessage(kysely, statements),
  }
}

/** The drivers of both engines know {@link scriptMark}. Gives the rows of each statement. */
export async function asOneMessage<Row>(
  kysely: Kysely<Schema>,
  statements: readonly Compilable[],
): Promise<Row[][]> {
  const script = statements.map((statement): ScriptStatement => {
    const { sql, parameters } = statement.compile()
    return { sql, parameters }
  })
  return (await kysely.executeQuery(CompiledQuery.raw(scriptMark, script))).rows as Row[][]
}
