import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openOperatorAudit } from '../src/auditing.ts'
import type { Audit } from '../src/core/audit/index.ts'
import { systemClock } from '../src/kernel/clock.ts'
import { KeyRing } from '../src/kernel/key-ring.ts'
import { Secret } from '../src/kernel/secret.ts'
import type { Database } from '../src/stores/sql/database.ts'
import { migrate } from '../src/stores/sql/migrate.ts'
import { openPostgres } from '../src/stores/sql/postgres.ts'
import { openSqlite } from '../src/stores/sql/sqlite.ts'
import { UnitDatabase } from '../src/stores/sql/unit-of-work.ts'
import { anAccount } from '../src/testing/records.ts'
import { beside } from './attempts.ts'
import type { GuardedPlaces } from './guarded.ts'
import { type Sample, SpoiltRun, type Variant } from './plan.ts'
import { createDatabase } from './stocks.ts'
import { timed } from './timed.ts'
import type { Worked } from './usage.ts'

const crowd = 32

/** Entries by themselves: each in a transaction of its own, on disk before the next; and the whole trail verified. */
export async function trailVariants({ folder, postgres }: GuardedPlaces): Promise<Variant[]> {
  const inFile = openSqlite(join(folder, 'trail.db'))
  const inServer = openPostgres({ url: await createDatabase(postgres.url, 'trail') })
  return [
    ...(await trailIn('SQLite', inFile)),
    ...(await trailIn('PostgreSQL', inServer, postgres)),
  ]
}

async function trailIn(name: string, opened: Database, worked?: Worked): Promise<Variant[]> {
  const database = new UnitDatabase(opened)
  await migrate(database, systemClock.now())
  const keys = new KeyRing([new Secret(randomBytes(32).toString('hex'))])
  const audit = openOperatorAudit(database, keys)
  const { id: subject } = anAccount()
  const signedIn = () =>
    audit.record('login.succeeded', { subject }, { methods: ['password'], level: 'aal1' })
  const writing = (atOnce: number) =>
    beside(worked, (milliseconds) => timed(milliseconds, atOnce, signedIn))
  return [
    { name: `entries, ${name}`, run: writing(1) },
    { name: `entries, ${crowd} at once, ${name}`, run: writing(crowd) },
    {
      name: `entries verified, ${name}`,
      run: beside(worked, (milliseconds) => verified(audit, milliseconds)),
    },
  ]
}

/** As `sallyport audit verify`, over all that the others have written by then. */
async function verified(audit: Audit, milliseconds: number): Promise<Sample> {
  const latencies: number[] = []
  const begin = performance.now()
  let count = 0
  for (let now = begin; now < begin + milliseconds; ) {
    const { entries, findings } = await audit.verify()
    if (findings.length > 0) throw new SpoiltRun('the trail does not hold together')
    const then = now
    now = performance.now()
    count += entries
    latencies.push((now - then) / entries)
  }
  return { count, seconds: (performance.now() - begin) / 1000, latencies, problems: [] }
}
