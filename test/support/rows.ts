import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export type Row = Readonly<Record<string, string | number | null>>

/** All that a table of a data folder holds, as somebody would read it who has got hold of the file. */
export function rowsOf(dataDir: string, table: string, file = 'sallyport.db'): Row[] {
  const database = new DatabaseSync(join(dataDir, file), { readOnly: true })
  try {
    return database.prepare(`select * from "${table}"`).all() as Row[]
  } finally {
    database.close()
  }
}
