import type { PendingLogin, PendingLoginStore } from '../../core/flows/login/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { Executor } from './database.ts'
import type { PendingLoginRow } from './schema.ts'

/** Sign-ins that wait, in the `pending_logins` table. Holds hashes only. */
export class SqlPendingLoginStore implements PendingLoginStore {
  readonly #db: Executor

  constructor(db: Executor) {
    this.#db = db
  }

  async insert(pending: PendingLogin): Promise<void> {
    await this.#db.kysely.insertInto('pending_logins').values(toRow(pending)).execute()
  }

  async findLive(hash: TokenHash, now: Instant): Promise<PendingLogin | undefined> {
    const row = await this.#db.kysely
      .selectFrom('pending_logins')
      .selectAll()
      .where('token_hash', '=', hash)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    return row && pendingOf(row)
  }

  async takeTry(hash: TokenHash, now: Instant, most: number): Promise<PendingLogin | undefined> {
    const row = await this.#db.kysely
      .updateTable('pending_logins')
      .set((old) => ({ tries: old('tries', '+', 1) }))
      .where('token_hash', '=', hash)
      .where('expires_at', '>', now)
      .where('tries', '<', most)
      .returningAll()
      .executeTakeFirst()
    return row && pendingOf(row)
  }

  async end(hash: TokenHash): Promise<boolean> {
    const { numDeletedRows } = await this.#db.kysely
      .deleteFrom('pending_logins')
      .where('token_hash', '=', hash)
      .executeTakeFirst()
    return numDeletedRows === 1n
  }

  async sweep(now: Instant, limit: number): Promise<number> {
    const { numDeletedRows } = await this.#db.kysely
      .deleteFrom('pending_logins')
      .where('token_hash', 'in', (sql) =>
        sql
          .selectFrom('pending_logins')
          .select('token_hash')
          .where('expires_at', '<=', now)
          .limit(limit),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  }
}

function toRow(pending: PendingLogin): PendingLoginRow {
  return {
    token_hash: pending.tokenHash,
    account_id: pending.accountId,
    epoch: pending.epoch,
    kind: pending.kind,
    agent: pending.client.agent,
    address: pending.client.address,
    created_at: pending.createdAt,
    expires_at: pending.expiresAt,
    tries: pending.tries,
    proofs: JSON.stringify(pending.proofs),
  }
}

/** The columns hold only what `toRow` wrote, so the brands are true. */
function pendingOf(row: PendingLoginRow): PendingLogin {
  return {
    tokenHash: row.token_hash,
    accountId: row.account_id,
    epoch: row.epoch,
    kind: row.kind,
    client: { agent: row.agent, address: row.address },
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    tries: row.tries,
    proofs: JSON.parse(row.proofs),
  } as PendingLogin
}
