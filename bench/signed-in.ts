import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type pg from 'pg'
import type { Account } from '../src/core/accounts/index.ts'
import type { Session } from '../src/core/sessions/index.ts'
import { minutes, plus, systemClock } from '../src/kernel/clock.ts'
import { systemRandom } from '../src/kernel/random.ts'
import { hashOfToken, mintToken, type TokenHash } from '../src/kernel/token.ts'
import type { AccountRow, SessionRow } from '../src/stores/sql/schema.ts'
import { anAccount, aSession } from '../src/testing/records.ts'

/** Somebody with an account and a session, who never gave a password: that would be a hash for each. */
export interface SignedIn {
  readonly account: Account
  readonly session: Session
  readonly cookie: string
}

/**
 * As a sign-in leaves them, with {@link unmoved} as settings. Sessions are as many as people: each check
 * looks for another account too.
 */
export function somebodySignedIn(): SignedIn {
  const now = systemClock.now()
  const token = mintToken('session', systemRandom).expose()
  const account = anAccount({ createdAt: now })
  const end = plus(now, minutes(24 * 60))
  const session = aSession(account, {
    tokenHash: hashOfToken('session', token) as TokenHash,
    createdAt: now,
    authenticatedAt: now,
    seenAt: now,
    expiresAt: end,
    endsAt: end,
  })
  return { account, session, cookie: `sallyport=${token}` }
}

/** Sessions end a day after sign-in, used or not: so no use of one has to be written down. */
export const unmoved = { sessionIdle: '24h', sessionLifetime: '24h' } as const

export function peopleSignedIn(count: number): SignedIn[] {
  return Array.from({ length: count }, somebodySignedIn)
}

/** Puts them into a file that Sallyport has made, in one transaction. */
export function addToSqlite(file: string, people: Iterable<SignedIn>): void {
  const database = new DatabaseSync(file, { timeout: 5000 })
  // Not what is measured: rows come in any order, and the pages that they go to must stay in memory.
  database.exec('pragma synchronous = off; pragma cache_size = -1000000; begin')
  const insert = (table: string, row: object) => {
    const columns = Object.keys(row)
    const places = columns.map(() => '?').join(', ')
    return database.prepare(`insert into ${table} (${columns.join(', ')}) values (${places})`)
  }
  const example = somebodySignedIn()
  const intoAccounts = insert('accounts', accountRow(example))
  const intoSessions = insert('sessions', sessionRow(example))
  for (const one of people) {
    intoAccounts.run(...(Object.values(accountRow(one)) as SQLInputValue[]))
    intoSessions.run(...(Object.values(sessionRow(one)) as SQLInputValue[]))
  }
  database.exec('commit')
  database.exec('pragma wal_checkpoint(truncate)')
  database.close()
}

/** Puts them into a database that Sallyport has migrated. */
export async function addToPostgres(
  client: pg.Client | pg.Pool,
  people: readonly SignedIn[],
): Promise<void> {
  const rows = { accounts: people.map(accountRow), sessions: people.map(sessionRow) }
  for (const [table, all] of Object.entries(rows)) {
    await client.query(
      `insert into ${table} select * from json_populate_recordset(null::${table}, $1)`,
      [JSON.stringify(all)],
    )
  }
}

function accountRow({ account }: SignedIn): AccountRow {
  return {
    id: account.id,
    email: account.email,
    canonical_email: account.canonicalEmail,
    full_name: account.fullName,
    status: account.status,
    role: account.role,
    epoch: account.epoch,
    created_at: account.createdAt,
    email_verified_at: null,
  }
}

function sessionRow({ session }: SignedIn): SessionRow {
  return {
    token_hash: session.tokenHash,
    id: session.id,
    kind: session.kind,
    account_id: session.accountId,
    epoch: session.epoch,
    proofs: JSON.stringify(session.proofs),
    agent: session.client.agent,
    address: session.client.address,
    created_at: session.createdAt,
    authenticated_at: session.authenticatedAt,
    seen_at: session.seenAt,
    expires_at: session.expiresAt,
    ends_at: session.endsAt,
  }
}
