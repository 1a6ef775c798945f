import type { Compilable, Kysely } from 'kysely'
import type { Schema } from './schema.ts'

export type Dialect = 'sqlite' | 'postgres'

/** Runs a statement that was compiled once; gives the first row. */
export type OneRow<Row> = (...parameters: readonly (string | number)[]) => Promise<Row | undefined>

/** What a store needs to run statements, inside a transaction or outside. */
export interface Executor {
  readonly kysely: Kysely<Schema>

  /**
   * For statements on the path of every request: built and compiled once, then run on the driver
   * itself. The values in `query` only mark the places; real ones are given in the same order.
   */
  prepare<Row>(query: (db: Kysely<Schema>) => Compilable<Row>): OneRow<Row>
}

/** An open database. Every failure to answer is a `StoreUnavailableError`. */
export interface Database extends Executor, AsyncDisposable {
  readonly dialect: Dialect

  /** All of `work` is durable when this returns, or none of it has happened. */
  transaction<Result>(work: (executor: Executor) => Promise<Result>): Promise<Result>

  /**
   * A transaction of statements that need no answer from one another, in as few messages as the engine
   * allows: for what every sign-in does.
   */
  together(statements: readonly Compilable[]): Promise<void>

  close(): Promise<void>
}

/** Inside a transaction even a prepared statement must go through the transaction's connection. */
export function executorOf(kysely: Kysely<Schema>): Executor {
  return {
    kysely,
    prepare<Row>(query: (db: Kysely<Schema>) => Compilable<Row>): OneRow<Row> {
      const compiled = query(kysely).compile()
      return async (...parameters) => {
        const { rows } = await kysely.executeQuery<Row>({ ...compiled, parameters })
        return rows[0]
      }
    },
  }
}
