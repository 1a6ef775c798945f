import { sql } from 'kysely'
import { afterEach, beforeAll } from 'vitest'
import { SqlAuditStore } from '../../src/stores/sql/audit.ts'
import type { Database } from '../../src/stores/sql/database.ts'
import { migrate } from '../../src/stores/sql/migrate.ts'
import { openPostgres } from '../../src/stores/sql/postgres.ts'
import { openSqlite } from '../../src/stores/sql/sqlite.ts'
import { UnitDatabase } from '../../src/stores/sql/unit-of-work.ts'
import { anInstant, auditStoreContract } from '../../src/testing/index.ts'
import { temporaryFolder } from '../support/clean-up.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { auditTrail } from './audit-trail.ts'
import { endsOfUnits } from './ends-of-units.ts'
import { unitsOfWork } from './units-of-work.ts'

type Handles = readonly [UnitDatabase, UnitDatabase]

const now = anInstant('2030-01-01T00:00:00Z')
const opened: UnitDatabase[] = []
// After each test: PostgreSQL has so many connections and no more.
afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())))

let url: string
beforeAll(async () => {
  url = await freshPostgresDatabase()
  await using db = openPostgres({ url })
  await migrate(db, now)
})

function twice(open: () => Database): Handles {
  const handles = [new UnitDatabase(open()), new UnitDatabase(open())] as const
  opened.push(...handles)
  return handles
}

async function sqlite(): Promise<Handles> {
  const path = `${temporaryFolder()}/sallyport.db`
  const handles = twice(() => openSqlite(path))
  await migrate(handles[0], now)
  return handles
}

/** One database for all tests, emptied for each: to make one takes longer than most of them. */
async function postgres(): Promise<Handles> {
  const handles = twice(() => openPostgres({ url }))
  const { kysely } = handles[0]
  await sql`truncate accounts, audit_entries, audit_ends cascade`.execute(kysely)
  await sql`insert into audit_ends values (1, 0, '', 0, '', '')`.execute(kysely)
  return handles
}

for (const [name, open] of Object.entries({ sqlite, postgres })) {
  unitsOfWork(name, open)
  endsOfUnits(name, open)
  auditTrail(name, open)
  auditStoreContract(name, async () => {
    const [one, two] = await open()
    return { store: new SqlAuditStore(one), other: new SqlAuditStore(two), unitOfWork: one }
  })
}
