import { sql } from 'kysely'
import type { Session, SessionCheck } from '../../core/sessions/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { ByKey, Database } from './database.ts'
import type { SessionRow } from './schema.ts'
import { sessionOf } from './sessions.ts'

/** Where sessions and accounts are in one database, one look-up tells both: the join is `speaksFor()`. */
export class SqlSessionCheck implements SessionCheck {
  readonly #byToken: ByKey<SessionRow>

  constructor(db: Database) {
    this.#byToken = db.byKey('token_hash', (db) =>
      db
        .selectFrom('sessions')
        .innerJoin('accounts', (join) =>
          join
            .onRef('accounts.id', '=', 'sessions.account_id')
            .onRef('accounts.epoch', '=', 'sessions.epoch')
            .on('accounts.status', '=', sql.lit('active')),
        )
        .selectAll('sessions'),
    )
  }

  async find(hash: TokenHash, now: Instant): Promise<Session | undefined> {
    const row = await this.#byToken(hash)
    return row && row.expires_at > now ? sessionOf(row) : undefined
  }
}
