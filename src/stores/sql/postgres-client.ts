import { createHash } from 'node:crypto'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import { type ScriptStatement, scriptMark } from './script.ts'

/** The pool as Kysely uses it, with driver errors put into our words. */
export function translatedPool(pool: pg.Pool): PostgresPool {
  return {
    options: {},
    connect: async () => connectionOf(await translated(pool.connect())),
    end: () => pool.end(),
  }
}

/**
 * A connection on which the statements of a script wait for no answer of one another: in a transaction the server does
 * nothing more once one has failed. What opens a transaction is waited for: were it refused, what follows would be
 * committed by itself.
 */
function connectionOf(client: pg.PoolClient): PostgresPoolClient {
  let broken: StoreUnavailableError | undefined
  const send = async (text: string, values: readonly unknown[]) => {
    // It would wait behind what was not answered, a rollback too; the server rolls back by itself. Whoever asks for
    // that is told why: it takes the place of what went wrong.
    if (broken) throw broken
    try {
      return await translated(client.query({ ...nameOf(text), text, values: [...values] }))
    } catch (error) {
      // An answer may still be on its way: nobody else may be given this connection.
      if (error instanceof StoreUnavailableError) broken ??= error
      throw error
    }
  }
  const sendAll = async (statements: readonly ScriptStatement[]) => {
    const answers = await Promise.all(
      statements.map(({ sql, parameters }) => send(sql, parameters)),
    )
    return { command: 'SELECT', rowCount: 0, rows: answers.map(({ rows }) => rows) }
  }
  const query = (text: string, values: readonly unknown[]) =>
    text === scriptMark ? sendAll(values as ScriptStatement[]) : send(text, values)
  const release = (destroy?: boolean) => client.release(destroy || broken !== undefined)
  // Kysely's other overload of query() is for cursors, which no store asks for.
  return { query, release } as unknown as PostgresPoolClient
}

/** Texts of statements that the server keeps, for each connection. Lists of many lengths could make more of them. */
const mostNamed = 500
const names = new Map<string, string>()

/** What is named is planned once. Nothing is given to the server to keep without a parameter: that is said once. */
function nameOf(text: string): { readonly name?: string } {
  const known = names.get(text)
  if (known !== undefined) return { name: known }
  if (names.size === mostNamed || !text.includes('$1')) return {}
  const name = statementName(text)
  names.set(text, name)
  return { name }
}

/** The server keeps a named statement for each connection, so the name must follow the text. */
export function statementName(text: string): string {
  return `sallyport_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}

/**
 * SQLSTATE classes that mean "not now" (https://www.postgresql.org/docs/current/errcodes-appendix.html):
 * connection exception, read-only, password or database not accepted, transaction rolled back by
 * the server, insufficient resources, lock not available, operator intervention, system error.
 */
const unavailable = /^(?:08|25006|28|3D|40|53|55P03|57|58)/

/** A table was altered, so what this connection has planned does not hold. Another connection plans anew. */
const outlived = 'RevalidateCachedQuery'

export async function translated<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer
  } catch (error) {
    // Without a SQLSTATE the server said nothing: the connection failed or timed out.
    const told = error instanceof pg.DatabaseError ? error : undefined
    const { code, routine } = told ?? {}
    if (code === undefined || unavailable.test(code) || routine === outlived) {
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
