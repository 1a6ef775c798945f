/**
 * How many people can come and go? Sign-ins and sign-outs through HTTP, each on disk before it is
 * answered, on SQLite and on PostgreSQL. What bounds a sign-in is its hash; what bounds a sign-out is the
 * disk: so the former stand beside bare hashes, the latter beside bare deletes of single rows.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from './backends.ts'
import { barePostgres, bareSqlite } from './bare-deletes.ts'
import { expecting, requestBytes } from './http.ts'
import { loadFor, underLoad } from './load.ts'
import { type Person, password, post, somebodyNew } from './people.ts'
import type { Variant } from './plan.ts'
import { freshFolder, type RunningServer, startSallyport } from './processes.ts'
import { rawHashes } from './raw-hash.ts'
import { optionsOf, report } from './report.ts'
import { createDatabase, postgresStock, type Stock, sqliteStock } from './stocks.ts'
import { withBackend } from './usage.ts'

/** Far below the queue's bound of 128: nobody is sent away. */
const connections = 32
const accounts = 100

await using stack = new AsyncDisposableStack()
const raw = stack.use(rawHashes())

const folder = freshFolder()
stack.defer(() => rmSync(folder, { recursive: true, force: true }))

const inSqlite = { dataDir: join(folder, 'sqlite') }
const sqlite = await opened('SQLite', await sqliteStock(inSqlite), {
  server: await startSallyport(undefined, { SALLYPORT_DATA_DIR: inSqlite.dataDir }),
})
const bareFile = { dataDir: join(folder, 'bare-sqlite') }
const bareInSqlite = bareSqlite('bare deletes, SQLite', bareFile, await sqliteStock(bareFile))
stack.use(bareInSqlite)

const backend = stack.use(await startPostgres())
const inPostgres = {
  dataDir: join(folder, 'postgres'),
  databaseUrl: await createDatabase(backend.url, 'sallyport'),
}
const postgres = await opened('PostgreSQL', await postgresStock(stack, inPostgres), {
  server: withBackend(
    await startSallyport(undefined, {
      SALLYPORT_DATA_DIR: inPostgres.dataDir,
      SALLYPORT_DATABASE_URL: inPostgres.databaseUrl,
    }),
    backend,
  ),
})
const bareDatabase = {
  dataDir: join(folder, 'bare-postgres'),
  databaseUrl: await createDatabase(backend.url, 'bare'),
}
const bareStock = await postgresStock(stack, bareDatabase)
const bareInPostgres = barePostgres('bare deletes, PostgreSQL', bareDatabase, bareStock, backend)
stack.use(bareInPostgres)

await report(
  {
    title: `Sign-ins and sign-outs, ${connections} connections, each on disk before it is answered`,
    variants: [
      raw,
      sqlite.signIns,
      postgres.signIns,
      bareInSqlite,
      sqlite.signOuts,
      bareInPostgres,
      postgres.signOuts,
    ],
    comparisons: [
      { of: sqlite.signIns.name, to: raw.name, by: 'rate' },
      { of: postgres.signIns.name, to: raw.name, by: 'rate' },
      { of: sqlite.signOuts.name, to: bareInSqlite.name, by: 'rate' },
      { of: postgres.signOuts.name, to: bareInPostgres.name, by: 'rate' },
    ],
  },
  optionsOf({ rounds: 9, seconds: 2 }),
)

interface Turnover {
  readonly signIns: Variant
  readonly signOuts: Variant
}

async function opened(
  name: string,
  stock: Stock,
  { server }: { readonly server: RunningServer },
): Promise<Turnover> {
  stack.use(server)
  const people = Array.from({ length: accounts }, somebodyNew)
  for (const person of people) await post(server.port, '/register', person)
  let turn = 0
  const signIn = () => {
    const { email } = people[turn++ % accounts] as Person
    return requestBytes({ method: 'POST', path: '/login', json: { email, password } })
  }
  const signOut = () => {
    const { cookie } = stock.next()
    return requestBytes({ method: 'POST', path: '/logout', headers: { cookie } })
  }
  const check = expecting(200, '{"message":"Logout successful"}')
  const leaving = { server, connections, next: signOut, check }
  return {
    signIns: underLoad(`sign-ins, ${name}`, {
      server,
      connections,
      next: signIn,
      check: expecting(200, '{"message":"Login successful"}'),
    }),
    signOuts: {
      name: `sign-outs, ${name}`,
      run: (milliseconds) => stock.drain(() => loadFor(leaving, milliseconds), milliseconds),
    },
  }
}
