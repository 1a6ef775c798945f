import { type Compilable, sql } from 'kysely'
import type { AccountId } from '../../core/accounts/index.ts'
import type {
  Ended,
  Inserted,
  InsertOptions,
  Session,
  SessionId,
  SessionStore,
  Use,
} from '../../core/sessions/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { ByKey, Database } from './database.ts'
import type { SessionRow } from './schema.ts'

/** Sessions in the `sessions` table. Holds hashes only; no query can return a token. */
export class SqlSessionStore implements SessionStore {
  readonly #db: Database
  readonly #byToken: ByKey<Session>

  constructor(db: Database) {
    this.#db = db
    this.#byToken = db.byKey(
      'token_hash',
      (sql) => sql.selectFrom('sessions').selectAll(),
      sessionOf,
    )
  }

  async insert(session: Session, options: InsertOptions = {}): Promise<Inserted> {
    const { replaced, most, whenFull } = options
    const refuses = most !== undefined && whenFull === 'refuse'
    const statements: Compilable[] = [this.#add(session)]
    if (refuses) statements.push(this.#retreat(session, replaced, most))
    if (replaced) statements.push(this.#removalFor(session, replaced))
    if (most !== undefined && !refuses) statements.push(this.#trim(session, most))
    // One account's sign-ins one after the other: two that count at the same time would each leave room
    // for themselves. SQLite has one writer at a time.
    if (most !== undefined && this.#db.dialect === 'postgres') {
      statements.unshift(this.#lock(session.accountId))
    }
    const rows = (await this.#db.together<EndedRow>(statements)).flat()
    const ended = rows.filter(({ id }) => id).map(toEnded)
    return ended.some(({ id }) => id === session.id) ? 'full' : ended
  }

  async findLive(hash: TokenHash, now: Instant): Promise<Session | undefined> {
    const session = await this.#byToken(hash)
    return session && session.expiresAt > now ? session : undefined
  }

  async extend(uses: readonly Use[]): Promise<void> {
    // In one order, whoever writes: two batches never wait for each other in a circle.
    const ordered = [...uses].sort((a, b) => (a.hash < b.hash ? -1 : 1))
    if (this.#db.dialect === 'sqlite')
      await this.#db.together(ordered.map((use) => this.#move(use)))
    else await this.#moveAll(ordered)
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
    return rows.map(sessionOf)
  }

  async endById(owner: AccountId, id: SessionId): Promise<boolean> {
    const { numDeletedRows } = await this.#db.kysely
      .deleteFrom('sessions')
      .where('account_id', '=', owner)
      .where('id', '=', id)
      .executeTakeFirst()
    return numDeletedRows === 1n
  }

  async end(hash: TokenHash): Promise<Ended | undefined> {
    const row = await this.#removal(hash).executeTakeFirst()
    return row && toEnded(row)
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

  /** How many have not expired, of whatever epoch: the index alone tells. */
  async countLive(now: Instant): Promise<number> {
    const { count } = await this.#db.kysely
      .selectFrom('sessions')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  #add(session: Session) {
    return this.#db.kysely.insertInto('sessions').values(toRow(session))
  }

  /** In one message, however many. */
  async #moveAll(uses: readonly Use[]): Promise<void> {
    await sql`
      update sessions set expires_at = moved.expires_at, seen_at = moved.at
      from unnest(
        ${uses.map(({ hash }) => hash)}::text[],
        ${uses.map(({ expiresAt }) => expiresAt)}::bigint[],
        ${uses.map(({ at }) => at)}::bigint[]
      ) as moved (hash, expires_at, at)
      where token_hash = moved.hash
        and sessions.expires_at > moved.at and sessions.expires_at < moved.expires_at
    `.execute(this.#db.kysely)
  }

  #removal(hash: TokenHash) {
    return this.#db.kysely
      .deleteFrom('sessions')
      .where('token_hash', '=', hash)
      .returning(['account_id', 'id'])
  }

  /** Only where the new one was let in. */
  #removalFor({ tokenHash }: Session, replaced: TokenHash) {
    return this.#removal(replaced).where(({ exists, selectFrom }) =>
      exists(selectFrom('sessions').select('id').where('token_hash', '=', tokenHash)),
    )
  }

  /** Takes the new session back where the account has as many as it may have without it. */
  #retreat({ tokenHash, accountId, epoch, seenAt }: Session, replaced = tokenHash, most = 0) {
    return this.#removal(tokenHash).where(({ selectFrom, fn }) =>
      selectFrom('sessions')
        .select(sql<boolean>`${fn.countAll()} >= ${sql.lit(most)}`.as('full'))
        .where('account_id', '=', accountId)
        .where('epoch', '=', epoch)
        .where('expires_at', '>', seenAt)
        .where('token_hash', 'not in', [tokenHash, replaced]),
    )
  }

  #move({ hash, expiresAt, at }: Use) {
    return this.#db.kysely
      .updateTable('sessions')
      .set({ expires_at: expiresAt, seen_at: at })
      .where('token_hash', '=', hash)
      .where('expires_at', '>', at)
      .where('expires_at', '<', expiresAt)
  }

  #lock(owner: AccountId) {
    return this.#db.kysely
      .selectFrom('accounts')
      .select(sql`1`.as('locked'))
      .where('id', '=', owner)
      .forNoKeyUpdate()
  }

  /** Leaves the account this session, and of the others those that were used last. */
  #trim(kept: Session, most: number) {
    return this.#db.kysely
      .deleteFrom('sessions')
      .where('token_hash', 'in', (sql) =>
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
      .returning(['account_id', 'id'])
  }
}

type EndedRow = Pick<SessionRow, 'account_id' | 'id'>

function toEnded({ account_id, id }: EndedRow): Ended {
  return { accountId: account_id, id } as Ended
}

function toRow(session: Session): SessionRow {
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

/** The columns hold only what `toRow` wrote, so the brands are true. */
export function sessionOf(row: SessionRow): Session {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    kind: row.kind,
    accountId: row.account_id,
    epoch: row.epoch,
    proofs: JSON.parse(row.proofs),
    client: { agent: row.agent, address: row.address },
    createdAt: row.created_at,
    authenticatedAt: row.authenticated_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
    endsAt: row.ends_at,
  } as Session
}
