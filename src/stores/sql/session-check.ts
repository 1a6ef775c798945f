import { sql } from 'kysely'
import type { AccountId } from '../../core/accounts/index.ts'
import type {
  CacheCounts,
  Session,
  SessionCheck,
  Standing,
  Standings,
} from '../../core/sessions/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { ByKey, Database, Rows } from './database.ts'
import type { AccountRow, SessionRow } from './schema.ts'
import { sessionOf } from './sessions.ts'

/** Where sessions and accounts are in one database, one look-up tells both: the join is `speaksFor()`. */
export class SqlSessionCheck implements SessionCheck {
  readonly #byToken: ByKey<Session>

  constructor(db: Database) {
    this.#byToken = db.byKey('token_hash', speaking, sessionOf)
  }

  /** `undefined` where the database has no memory of its own. */
  get counts(): CacheCounts | undefined {
    return this.#byToken.counts
  }

  atOnce(hash: TokenHash, now: Instant): Session | undefined {
    return live(this.#byToken.atOnce?.(hash), now)
  }

  async find(hash: TokenHash, now: Instant): Promise<Session | undefined> {
    return live(await this.#byToken(hash), now)
  }
}

/** Of accounts whose sessions are kept elsewhere. */
export class SqlStandings implements Standings {
  readonly #byId: ByKey<Standing>

  constructor(db: Database) {
    this.#byId = db.byKey(
      'id',
      (sql) => sql.selectFrom('accounts').select(['id', 'status', 'epoch']),
      standingOf,
    )
  }

  get counts(): CacheCounts | undefined {
    return this.#byId.counts
  }

  atOnce(id: AccountId): Standing | undefined {
    return this.#byId.atOnce?.(id)
  }

  standingOf(id: AccountId): Promise<Standing | undefined> {
    return this.#byId(id)
  }
}

function standingOf({ status, epoch }: Pick<AccountRow, 'id' | 'status' | 'epoch'>): Standing {
  return { status: status as Standing['status'], epoch }
}

const speaking: Rows<SessionRow> = (db) =>
  db
    .selectFrom('sessions')
    .innerJoin('accounts', (join) =>
      join
        .onRef('accounts.id', '=', 'sessions.account_id')
        .onRef('accounts.epoch', '=', 'sessions.epoch')
        .on('accounts.status', '=', sql.lit('active')),
    )
    .selectAll('sessions')

function live(session: Session | undefined, now: Instant): Session | undefined {
  return session && session.expiresAt > now ? session : undefined
}
