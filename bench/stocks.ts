import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { type AuthOptions, createAuth } from '../src/index.ts'
import type { Sample } from './plan.ts'
import { addToPostgres, addToSqlite, peopleSignedIn, type SignedIn } from './signed-in.ts'

/** Sessions that wait to be ended, in a table of Sallyport's. */
export interface Stock {
  /** One that nobody has ended yet. */
  readonly next: () => SignedIn
  /**
   * Fills up, lets `work` end sessions, and counts the rows that are gone: as many as were taken, or
   * the sample is worth nothing.
   */
  readonly drain: (work: () => Promise<Sample>, milliseconds: number) => Promise<Sample>
}

/** More than are ended in a second. */
const perSecond = 20_000

interface Table {
  readonly add: (people: readonly SignedIn[]) => Promise<void>
  readonly count: () => Promise<number>
}

type InSqlite = Required<Pick<AuthOptions, 'dataDir'>>
type InPostgres = Required<Pick<AuthOptions, 'dataDir' | 'databaseUrl'>>

export async function sqliteStock({ dataDir }: InSqlite): Promise<Stock> {
  const file = join(dataDir, 'sallyport.db')
  await migrated({ dataDir })
  return stockIn({
    add: async (people) => addToSqlite(file, people),
    count: async () => {
      using database = new DatabaseSync(file, { readOnly: true })
      return Number(database.prepare('select count(*) as rows from sessions').get()?.['rows'])
    },
  })
}

export async function postgresStock(
  stack: AsyncDisposableStack,
  options: InPostgres,
): Promise<Stock> {
  await migrated(options)
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 1 })
  stack.defer(() => pool.end())
  return stockIn({
    add: (people) => addToPostgres(pool, people),
    count: async () => {
      const { rows } = await pool.query('select count(*) as rows from sessions')
      return Number(rows[0].rows)
    },
  })
}

/** Makes the tables, where no server has. */
async function migrated(options: AuthOptions): Promise<void> {
  await (await createAuth(options)).close()
}

/** An empty database, and where it is. */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client(serverUrl)
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  return Object.assign(new URL(serverUrl), { pathname: name }).href
}

function stockIn({ add, count }: Table): Stock {
  const waiting: SignedIn[] = []
  const next = () => {
    const somebody = waiting.pop()
    if (!somebody) throw new Error('more sessions were ended than anybody had expected')
    return somebody
  }
  const drain: Stock['drain'] = async (work, milliseconds) => {
    const missing = Math.ceil((perSecond * milliseconds) / 1000) - waiting.length
    if (missing > 0) {
      const people = peopleSignedIn(missing)
      await add(people)
      waiting.push(...people)
    }
    const before = { rows: await count(), waiting: waiting.length }
    const sample = await work()
    const taken = before.waiting - waiting.length
    const gone = before.rows - (await count())
    if (gone === taken) return sample
    return { ...sample, problems: [...sample.problems, `${taken} to be ended, ${gone} rows gone`] }
  }
  return { next, drain }
}
