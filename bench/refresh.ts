/**
 * How many refresh tokens can be exchanged? `POST /refresh`, each on disk before it is answered, on SQLite and on
 * PostgreSQL, beside what the disk allows: bare conditional updates of single rows in the same table.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { startPostgres } from './backends.ts'
import { type Answer, requestBytes } from './http.ts'
import { underLoad } from './load.ts'
import { password, post, somebodyNew } from './people.ts'
import type { Variant } from './plan.ts'
import { freshFolder, type RunningServer, startSallyport } from './processes.ts'
import { optionsOf, report } from './report.ts'
import { createDatabase } from './stocks.ts'
import { timed } from './timed.ts'
import { processorTimeOf, type Worked, withBackend } from './usage.ts'

const connections = 32
/** Sign-ins of one person, each with its own line of tokens; more than connections, so none waits for another. */
const families = 64
/** As many as Sallyport's pool has. */
const pooled = 10

const update =
  'update refresh_families set counter = counter + 1, turned_at = turned_at + 1 where id = ? and counter = ?'

await using stack = new AsyncDisposableStack()
const folder = freshFolder()
stack.defer(() => rmSync(folder, { recursive: true, force: true }))

const dataDir = join(folder, 'sqlite')
const sqlite = stack.use(await startSallyport(undefined, { SALLYPORT_DATA_DIR: dataDir }))
const bareDir = join(folder, 'bare')
await using bareServer = await startSallyport(undefined, { SALLYPORT_DATA_DIR: bareDir })
await familiesIn(bareServer)

const backend = stack.use(await startPostgres())
const [databaseUrl, bareUrl] = [
  await createDatabase(backend.url, 'sallyport'),
  await createDatabase(backend.url, 'bare'),
]
const onPostgres = (url: string, name: string) =>
  startSallyport(undefined, {
    SALLYPORT_DATA_DIR: join(folder, name),
    SALLYPORT_DATABASE_URL: url,
  })
const postgres = stack.use(withBackend(await onPostgres(databaseUrl, 'postgres'), backend))
await using barePostgresServer = await onPostgres(bareUrl, 'bare-postgres')
await familiesIn(barePostgresServer)

await report(
  {
    title: `POST /refresh, ${connections} connections, each on disk before it is answered`,
    variants: [
      bareInSqlite(join(bareDir, 'sallyport.db')),
      await refreshing('refreshes, SQLite', sqlite),
      bareInPostgres(bareUrl, backend),
      await refreshing('refreshes, PostgreSQL', postgres),
    ],
    comparisons: [
      { of: 'refreshes, SQLite', to: 'bare updates, SQLite', by: 'rate' },
      { of: 'refreshes, PostgreSQL', to: 'bare updates, PostgreSQL', by: 'rate' },
    ],
  },
  optionsOf({ rounds: 9, seconds: 2 }),
)

/** Signs one person in that often, and gives the refresh tokens. */
async function familiesIn({ port }: RunningServer): Promise<string[]> {
  const person = somebodyNew()
  await post(port, '/register', person)
  const tokens: string[] = []
  for (let at = 0; at < families; at++) {
    const body = { email: person.email, password, transport: 'token' }
    const { refresh_token } = (await (await post(port, '/login', body)).json()) as {
      refresh_token: string
    }
    tokens.push(refresh_token)
  }
  return tokens
}

/** Each token is presented once, and its successor some requests later. */
async function refreshing(name: string, server: RunningServer): Promise<Variant> {
  const tokens = await familiesIn(server)
  const next = () =>
    requestBytes({ method: 'POST', path: '/refresh', json: { refresh_token: tokens.shift() } })
  const check = ({ status, head, body }: Answer) => {
    const successor = /"refresh_token":"([^"]+)"/.exec(body)?.[1]
    if (status !== 200 || !successor) return `not refreshed: ${head} ${body}`
    tokens.push(successor)
    return undefined
  }
  return underLoad(name, { server, connections, next, check })
}

function bareInSqlite(file: string): Variant {
  const database = new DatabaseSync(file)
  stack.defer(() => database.close())
  database.exec('pragma synchronous = full')
  const rows = database.prepare('select id, counter from refresh_families').all()
  const counters = new Map(rows.map(({ id, counter }) => [id as string, Number(counter)]))
  const ids = [...counters.keys()]
  const statement = database.prepare(update)
  let turn = 0
  return {
    name: 'bare updates, SQLite',
    run: async (milliseconds) =>
      timed(milliseconds, 1, async () => {
        const id = ids[turn++ % ids.length] as string
        const counter = counters.get(id) as number
        if (statement.run(id, counter).changes !== 1) throw new Error('a row was not turned')
        counters.set(id, counter + 1)
      }),
  }
}

function bareInPostgres(url: string, worked: Worked): Variant {
  const pool = new pg.Pool({ connectionString: url, max: pooled })
  stack.defer(() => pool.end())
  const text = update.replace('?', '$1').replace('?', '$2')
  const waiting: { id: string; counter: number }[] = []
  return {
    name: 'bare updates, PostgreSQL',
    run: async (milliseconds) => {
      if (waiting.length === 0) {
        const { rows } = await pool.query('select id, counter from refresh_families')
        for (const { id, counter } of rows) waiting.push({ id, counter: Number(counter) })
      }
      const cpuSeconds = processorTimeOf(worked)
      const sample = await timed(milliseconds, pooled, async () => {
        const one = waiting.shift()
        if (!one) throw new Error('no row is waiting')
        const { rowCount } = await pool.query({ name: 'turn', text, values: [one.id, one.counter] })
        if (rowCount !== 1) throw new Error('a row was not turned')
        waiting.push({ ...one, counter: one.counter + 1 })
      })
      return { ...sample, cpuSeconds: cpuSeconds() }
    },
  }
}
