import type { Compilable } from 'kysely'
import type { AccountId } from '../../core/accounts/index.ts'
import type { InsertOptions, Session, SessionId, SessionStore } from '../../core/sessions/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { Database, OneRow } from './database.ts'
import type { SessionRow } from './schema.ts'

/** Sessions in the `sessions` table. Holds hashes only; no query can return a token. */
export class SqlSessionStore implements SessionStore {
  readonly #db: Database
  readonly #byToken: OneRow<SessionRow>

  constructor(db: Database) {
    this.#db = db
    this.#byToken = db.prepare((sql) =>
      sql.selectFrom('sessions').selectAll().where('token_hash', '=', ''),
    )
  }

  async insert(session: Session, { replaced, most }: InsertOptions = {}): Promise<void> {
    const statements: Compilable[] = [this.#add(session)]
    if (replaced) statements.unshift(this.#removal(replaced))
    if (most !== undefined) statements.push(this.#trim(session, most))
    // One account's sign-ins one after the other: two that count at the same time would each leave room
    // for themselves. SQLite has one writer at a time.
    if (most !== undefined && this.#db.dialect === 'postgres') {
      statements.unshift(this.#lock(session.accountId))
    }
    await this.#db.together(statements)
  }

  async findLive(hash: TokenHash, now: Instant): Promise<Session | undefined> {
    const row = await this.#byToken(hash)
    return row && row.expires_at > now ? fromRow(row) : undefined
  }

  async extend(hash: TokenHash, expiresAt: Instant, now: Instant): Promise<void> {
    await this.#db.kysely
      .updateTable('sessions')
      .set({ expires_at: expiresAt, seen_at: now })
      .where('token_hash', '=', hash)
      .where('expires_at', '>', now)
      .where('expires_at', '<', expiresAt)
      .execute()
  }

  async listLive(owner: AccountId, epoch: number, now: Instant): Promise<Session[]> {
    const rows = await this.#db.kysely
      .selectFrom('sessions')
      .selectAll()
      .where('account_id', '=', owner)
      .where('epoch', '=', epoch)
      .where('expires_at', '>', now)
      .orderBy('seen_at', 'desc')
      .orderBy('id')
      .execute()
    return rows.map(fromRow)
  }

  async endById(owner: AccountId, id: SessionId): Promise<boolean> {
    const { numDeletedRows } = await this.#db.kysely
      .deleteFrom('sessions')
      .where('account_id', '=', owner)
      .where('id', '=', id)
      .executeTakeFirst()
    return numDeletedRows === 1n
  }

  async end(hash: TokenHash): Promise<boolean> {
    const { numDeletedRows } = await this.#removal(hash).executeTakeFirst()
    return numDeletedRows === 1n
  }

  async sweep(now: Instant, limit: number): Promise<number> {
    const { numDeletedRows } = await this.#db.kysely
      .deleteFrom('sessions')
      .where('token_hash', 'in', (sql) =>
        sql.selectFrom('sessions').select('token_hash').where('expires_at', '<=', now).limit(limit),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  }

  #add(session: Session) {
    return this.#db.kysely.insertInto('sessions').values(toRow(session))
  }

  #removal(hash: TokenHash) {
    return this.#db.kysely.deleteFrom('sessions').where('token_hash', '=', hash)
  }

  #lock(owner: AccountId) {
    return this.#db.kysely
      .selectFrom('accounts')
      .select('id')
      .where('id', '=', owner)
      .forNoKeyUpdate()
  }

  /** Leaves the account this session, and of the others those that were used last. */
  #trim(kept: Session, most: number) {
    return this.#db.kysely.deleteFrom('sessions').where('token_hash', 'in', (sql) =>
      sql
        .selectFrom('sessions')
        .select('token_hash')
        .where('account_id', '=', kept.accountId)
        .where('token_hash', '!=', kept.tokenHash)
        .orderBy('seen_at', 'desc')
        .orderBy('created_at', 'desc')
        // SQLite has no offset without a limit.
        .limit(1000)
        .offset(most - 1),
    )
  }
}

function toRow(session: Session): SessionRow {
  return {
    token_hash: session.tokenHash,
    id: session.id,
    kind: session.kind,
    account_id: session.accountId,
    epoch: session.epoch,
    method: session.method,
    agent: session.client.agent,
    address: session.client.address,
    created_at: session.createdAt,
    authenticated_at: session.authenticatedAt,
    seen_at: session.seenAt,
    expires_at: session.expiresAt,
    ends_at: session.endsAt,
  }
}

/** The columns hold only what `toRow` wrote, so the brands are true. */
function fromRow(row: SessionRow): Session {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    kind: row.kind,
    accountId: row.account_id,
    epoch: row.epoch,
    method: row.method,
    client: { agent: row.agent, address: row.address },
    createdAt: row.created_at,
    authenticatedAt: row.authenticated_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
    endsAt: row.ends_at,
  } as Session
}
