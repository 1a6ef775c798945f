import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { Sample, Variant } from './plan.ts'
import type { Stock } from './stocks.ts'
import { processorTimeOf, type Worked } from './usage.ts'

/** As many as Sallyport's pool has. */
const connections = 10

const deletion = 'delete from sessions where token_hash ='

/** What the disk allows: rows deleted one after the other in this process, each on disk before the next. */
export function bareSqlite(
  name: string,
  { dataDir }: { readonly dataDir: string },
  stock: Stock,
): Variant & Disposable {
  const database = new DatabaseSync(join(dataDir, 'sallyport.db'))
  // As Sallyport's writer does.
  database.exec('pragma synchronous = full')
  const statement = database.prepare(`${deletion} ?`)
  return {
    name,
    run: (milliseconds) =>
      stock.drain(async () => {
        const latencies: number[] = []
        const end = performance.now() + milliseconds
        for (let now = performance.now(); now < end; ) {
          statement.run(stock.next().session.tokenHash)
          const then = now
          now = performance.now()
          latencies.push(now - then)
        }
        return sampleOf(latencies, milliseconds)
      }, milliseconds),
    [Symbol.dispose]: () => database.close(),
  }
}

/** What the server allows: ten connections, each with one statement at a time. */
export function barePostgres(
  name: string,
  { databaseUrl }: { readonly databaseUrl: string },
  stock: Stock,
  backend: Worked,
): Variant & AsyncDisposable {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections })
  const keepDeleting = async (end: number, latencies: number[]) => {
    for (let now = performance.now(); now < end; ) {
      const values = [stock.next().session.tokenHash]
      await pool.query({ name: 'delete', text: `${deletion} $1`, values })
      const then = now
      now = performance.now()
      latencies.push(now - then)
    }
  }
  return {
    name,
    run: (milliseconds) =>
      stock.drain(async () => {
        const latencies: number[] = []
        const cpuSeconds = processorTimeOf(backend)
        const end = performance.now() + milliseconds
        await Promise.all(Array.from({ length: connections }, () => keepDeleting(end, latencies)))
        return { ...sampleOf(latencies, milliseconds), cpuSeconds: cpuSeconds() }
      }, milliseconds),
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

function sampleOf(latencies: readonly number[], milliseconds: number): Sample {
  return { count: latencies.length, seconds: milliseconds / 1000, latencies, problems: [] }
}
