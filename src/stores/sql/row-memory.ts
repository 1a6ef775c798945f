import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Rows that one statement has found, by its parameters. */
export interface KnownRows<Row> {
  get(key: string, read: () => Row | undefined): Row | undefined
}

/** Sessions and accounts at work at the same time, about: a few MiB at most. */
const maxRows = 10_000

/**
 * Remembers rows for exactly as long as nobody has written to the database: this process, another one
 * or the command line. SQLite itself keeps the count (`pragma data_version`), and to ask for it costs a
 * seventh of reading a row. What was revoked is therefore never answered from memory.
 * @see https://www.sqlite.org/pragma.html#pragma_data_version
 */
export class RowMemory {
  readonly #version: StatementSync
  readonly #statements: Map<string, unknown>[] = []
  #seen: unknown

  /** @param reader - Must never write: a connection's own commits do not move the version that it sees. */
  constructor(reader: DatabaseSync) {
    this.#version = reader.prepare('pragma data_version')
    this.#version.setReturnArrays(true)
  }

  ofStatement<Row>(): KnownRows<Row> {
    const rows = new Map<string, Row>()
    this.#statements.push(rows as Map<string, unknown>)
    return {
      get: (key, read) => {
        this.#forgetWhenChanged()
        const known = rows.get(key)
        if (known !== undefined) return known
        const row = read()
        if (rows.size >= maxRows) rows.clear()
        if (row !== undefined) rows.set(key, row)
        return row
      },
    }
  }

  #forgetWhenChanged(): void {
    const [version] = this.#version.get() as unknown as readonly unknown[]
    if (version === this.#seen) return
    this.#seen = version
    for (const rows of this.#statements) rows.clear()
  }
}
