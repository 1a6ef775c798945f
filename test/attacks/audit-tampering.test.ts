import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { Audit } from '../../src/core/audit/index.ts'
import type { AuthOptions } from '../../src/index.ts'
import { type Duration, minutes } from '../../src/kernel/clock.ts'
import { systemRandom } from '../../src/kernel/random.ts'
import { configurationOfOptions } from '../../src/options.ts'
import { existingKeys, openExisting } from '../../src/storage.ts'
import { SqlAuditStore } from '../../src/stores/sql/audit.ts'
import type { AuditEndsRow, Schema } from '../../src/stores/sql/schema.ts'
import { type App, jsonOf, startApp } from '../support/app.ts'
import { runCommand } from '../support/command.ts'
import { attempt, cheapHashes } from '../support/places.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'

interface Trail {
  readonly app: App
  /** What whoever can write to the database does to it. */
  readonly tamper: (...statements: readonly string[]) => Promise<void>
  /** As if nothing had been done to it. */
  readonly restore: () => Promise<void>
  /** As housekeeping does. */
  readonly prune: (retention: Duration) => Promise<void>
  readonly ends: () => Promise<readonly AuditEndsRow[]>
  readonly findings: () => Promise<readonly object[]>
  readonly last: () => Promise<{ readonly seq: number; readonly hash: string }>
  readonly verify: (...args: readonly string[]) => ReturnType<typeof runCommand>
}

/** A service that some people have used: the trail of it, and its database. */
async function used(place: AuthOptions): Promise<Trail> {
  const app = await startApp({ ...cheapHashes, ...place })
  const ann = await app.registered()
  for (let at = 0; at < 4; at += 1) await attempt(app, '203.0.113.9', { email: ann.email })
  const cookie = await app.cookieOf(ann)
  await app.postJson('/logout', {}, { cookie })
  await app.cookieOf(ann)
  const configuration = configurationOfOptions({ ...place, dataDir: app.dataDir })
  const opened = async () => {
    const database = await openExisting(configuration)
    if (!database) throw new TypeError('no database')
    return database
  }
  const rowsOf = async <Table extends 'audit_entries' | 'audit_ends'>(table: Table) => {
    await using database = await opened()
    const { rows } = await sql<Schema[Table]>`select * from ${sql.table(table)}`.execute(
      database.kysely,
    )
    return rows
  }
  const [entries, before] = [await rowsOf('audit_entries'), await rowsOf('audit_ends')]
  const withAudit = async <Result>(work: (audit: Audit) => Promise<Result>): Promise<Result> => {
    await using database = await opened()
    const audit = new Audit({
      store: new SqlAuditStore(database),
      unitOfWork: database,
      keys: existingKeys(configuration, systemRandom),
      clock: app.clock,
      client: () => ({ agent: '', address: '' }),
      told: () => undefined,
    })
    return await work(audit)
  }
  const verdict = () => withAudit((audit) => audit.verify())
  return {
    app,
    restore: async () => {
      await using database = await opened()
      await database.kysely.deleteFrom('audit_entries').execute()
      await database.kysely.deleteFrom('audit_ends').execute()
      await database.kysely.insertInto('audit_entries').values(entries).execute()
      await database.kysely.insertInto('audit_ends').values(before).execute()
    },
    tamper: async (...statements) => {
      await using database = await opened()
      for (const one of statements) await sql.raw(one).execute(database.kysely)
    },
    prune: (retention) => withAudit((audit) => audit.prune(retention)),
    ends: () => rowsOf('audit_ends'),
    findings: async () => (await verdict()).findings,
    last: async () => (await verdict()).last,
    verify: (...args) =>
      runCommand(['audit', 'verify', ...args], {
        SALLYPORT_DATA_DIR: app.dataDir,
        ...(place.databaseUrl && { SALLYPORT_DATABASE_URL: place.databaseUrl }),
      }),
  }
}

const altered = (...seqs: readonly number[]) => seqs.map((seq) => ({ kind: 'altered', seq }))
const missing = (from: number, to = from) => ({ kind: 'missing', from, to })

/** The trail has nine entries: a key, registered, four times refused, signed in, signed out, signed in. */
const tampering: readonly (readonly [
  what: string,
  statements: readonly string[],
  found: object[],
])[] = [
  [
    'hides who failed',
    ["update audit_entries set address = '192.0.2.1' where seq = 3"],
    altered(3),
  ],
  [
    'gives it to somebody else',
    ["update audit_entries set subject = 'acc_x' where seq = 2"],
    altered(2),
  ],
  ['moves it to another time', ['update audit_entries set at = at + 1 where seq = 9'], altered(9)],
  [
    'makes a failure a success',
    ["update audit_entries set type = 'login.succeeded', outcome = 'success' where seq = 5"],
    altered(5),
  ],
  ['takes the first away', ['delete from audit_entries where seq = 1'], [missing(1)]],
  ['takes some away', ['delete from audit_entries where seq between 2 and 5'], [missing(2, 5)]],
  ['takes the last away', ['delete from audit_entries where seq = 9'], [missing(9)]],
  ['takes all away', ['delete from audit_entries'], [missing(1, 9)]],
  [
    'lets two change places',
    [
      'update audit_entries set seq = -1 where seq = 2',
      'update audit_entries set seq = 2 where seq = 7',
      'update audit_entries set seq = 7 where seq = -1',
    ],
    altered(2, 3, 7, 8),
  ],
  [
    'takes one away and numbers all that follow anew',
    [
      'delete from audit_entries where seq = 3',
      ...[4, 5, 6, 7, 8, 9].map(
        (seq) => `update audit_entries set seq = ${seq - 1} where seq = ${seq}`,
      ),
      'update audit_ends set last_seq = 8',
    ],
    altered(3, 4, 5, 6, 7, 8),
  ],
  [
    'copies an entry to the end',
    [
      `insert into audit_entries select 10, at, type, outcome, actor, subject, session, address, agent, details, hash
        from audit_entries where seq = 9`,
      'update audit_ends set last_seq = 10',
    ],
    altered(10),
  ],
  [
    'says that the beginning was removed because it was old',
    [
      'delete from audit_entries where seq <= 4',
      "update audit_ends set pruned_seq = 4, pruned_hash = 'x', pruned_seal = 'y'",
    ],
    [{ kind: 'cut', through: 4 }, ...altered(5)],
  ],
]

describe.each<[string, () => Promise<AuthOptions>]>([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await freshPostgresDatabase() })],
])('whoever can write to the database on %s, and has no master key,', async (_, place) => {
  const { app, tamper, restore, findings, last, verify, prune, ends } = await used(await place())
  beforeEach(restore)

  it.each(tampering)('%s: and is found out', async (_what, statements, found) => {
    expect(await findings()).toEqual([])
    await tamper(...statements)
    expect(await findings()).toEqual(found)
  })

  it('takes the last entries away and puts the end back: found out by whoever has kept the last one', async () => {
    const { seq, hash } = await last()
    const kept = `${seq}:${hash}`
    expect((await verify('--expect', kept)).code).toBe(0)
    await tamper(
      'delete from audit_entries where seq > 5',
      'update audit_ends set last_seq = 5, last_hash = (select hash from audit_entries where seq = 5)',
    )
    expect(await findings()).toEqual([])
    const { code, stdout } = await verify('--expect', kept)
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('The entry 9 that was expected is not there.'),
    ])
  })

  it('wipes all of it as if nothing had ever been: found out by whoever has kept the last one', async () => {
    const { seq, hash } = await last()
    await tamper(
      'delete from audit_entries',
      "update audit_ends set last_seq = 0, last_hash = '', pruned_seq = 0, pruned_hash = '', pruned_seal = ''",
    )
    for (let at = 0; at < 9; at += 1) await attempt(app, '203.0.113.9', { email: 'a@b.example' })
    const { code } = await verify('--expect', `${seq}:${hash}`)
    expect(code).toBe(1)
  })

  it('puts back what stood there before old entries were removed: and is found out', async () => {
    app.clock.advance(minutes(60))
    await prune(minutes(30))
    expect(await findings()).toEqual([])
    const [former] = await ends()
    await attempt(app, '203.0.113.9', { email: 'nobody@mail.test.example' })
    app.clock.advance(minutes(60))
    await prune(minutes(30))
    expect(await findings()).toEqual([])
    const { pruned_seq: seq, pruned_hash: hash, pruned_seal: seal } = former as AuditEndsRow
    await tamper(
      `update audit_ends set pruned_seq = ${seq}, pruned_hash = '${hash}', pruned_seal = '${seal}'`,
    )
    expect(await findings()).toEqual([missing(seq + 1, seq + 2)])
  })

  it('takes away where the next entry belongs: nobody signs in unseen, and it is found out', async () => {
    const person = await app.registered()
    await tamper('delete from audit_ends')
    const refused = await app.postJson('/login', person)
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([500, []])
    expect((await jsonOf(refused))['code']).toBe('internal_error')
    expect((await verify()).code).not.toBe(0)
  })

  it('puts the end back over entries that are there: nobody signs in over them', async () => {
    const person = await app.registered()
    await tamper("update audit_ends set last_seq = 2, last_hash = 'x'")
    const refused = await app.postJson('/login', person)
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([500, []])
  })
})
