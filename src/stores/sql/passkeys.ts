import { sql } from 'kysely'
import type { AccountId } from '../../core/accounts/index.ts'
import type { Passkey, PasskeyId, PasskeyStore } from '../../core/passkeys/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { Digest } from '../../kernel/digest.ts'
import type { Database } from './database.ts'
import { forgetCodesOfNothing } from './factors.ts'
import { locked } from './locked.ts'
import type { PasskeyRow } from './schema.ts'

/** Passkeys in the `passkeys` table; challenges that were answered in `spent_challenges`. */
export class SqlPasskeyStore implements PasskeyStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async insert(passkey: Passkey, most: number): Promise<'inserted' | 'known' | 'full'> {
    const { kysely } = this.#db
    const { accountId, credentialId } = passkey
    const row = toRow(passkey)
    const columns = Object.keys(row) as (keyof PasskeyRow)[]
    const values = columns.map((column) => sql.val(row[column]).as(column))
    const add = kysely
      .insertInto('passkeys')
      .columns(columns)
      .expression((db) =>
        db
          .selectFrom('accounts')
          .select(values)
          .where('accounts.id', '=', accountId)
          .where(
            ({ selectFrom, fn }) =>
              selectFrom('passkeys')
                .select(fn.countAll<number>().as('n'))
                .where('account_id', '=', accountId),
            '<',
            most,
          ),
      )
      .onConflict((conflict) => conflict.column('credential_id').doNothing())
      .returning('id')
    const rows = await this.#db.together<{ id?: string }>([...locked(this.#db, accountId), add])
    if (rows.at(-1)?.length === 1) return 'inserted'
    return (await this.findByCredential(credentialId)) ? 'known' : 'full'
  }

  async findByCredential(credentialId: string): Promise<Passkey | undefined> {
    const row = await this.#db.kysely
      .selectFrom('passkeys')
      .selectAll()
      .where('credential_id', '=', credentialId)
      .executeTakeFirst()
    return row && passkeyOf(row)
  }

  async list(owner: AccountId): Promise<Passkey[]> {
    const rows = await this.#db.kysely
      .selectFrom('passkeys')
      .selectAll()
      .where('account_id', '=', owner)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    return rows.map(passkeyOf)
  }

  async rename(owner: AccountId, id: PasskeyId, name: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('passkeys')
      .set({ name })
      .where('account_id', '=', owner)
      .where('id', '=', id)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async remove(owner: AccountId, id: PasskeyId, keepsOne: boolean): Promise<boolean> {
    const removal = this.#db.kysely
      .deleteFrom('passkeys')
      .where('account_id', '=', owner)
      .where('id', '=', id)
      .$if(keepsOne, (statement) =>
        statement.where(({ or, exists, selectFrom }) =>
          or([
            exists(
              selectFrom('passkeys as other')
                .select('other.id')
                .where('other.account_id', '=', owner)
                .where('other.id', '!=', id),
            ),
            exists(
              selectFrom('totp_factors')
                .select('totp_factors.id')
                .where('totp_factors.account_id', '=', owner)
                .where('totp_factors.id', 'is not', null),
            ),
          ]),
        ),
      )
      .returning('id')
    const lock = locked(this.#db, owner)
    const rows = await this.#db.together<{ id?: string }>([
      ...lock,
      removal,
      forgetCodesOfNothing(this.#db, owner),
    ])
    return rows[lock.length]?.length === 1
  }

  async recordUse(
    id: PasskeyId,
    counter: number,
    backedUp: boolean,
    now: Instant,
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('passkeys')
      .set({ counter, backed_up: backedUp ? 1 : 0, used_at: now })
      .where('id', '=', id)
      .where((row) =>
        row.or([
          row('counter', '<', counter),
          row.and([row('counter', '=', 0), row.val(counter === 0)]),
        ]),
      )
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async spendChallenge(hash: Digest, expiresAt: Instant): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db.kysely
      .insertInto('spent_challenges')
      .values({ hash, expires_at: expiresAt })
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  }

  async sweepChallenges(now: Instant, limit: number): Promise<number> {
    const { numDeletedRows } = await this.#db.kysely
      .deleteFrom('spent_challenges')
      .where('hash', 'in', (db) =>
        db
          .selectFrom('spent_challenges')
          .select('hash')
          .where('expires_at', '<=', now)
          .limit(limit),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  }
}

function toRow(passkey: Passkey): PasskeyRow {
  return {
    id: passkey.id,
    account_id: passkey.accountId,
    credential_id: passkey.credentialId,
    public_key: passkey.publicKey,
    counter: passkey.counter,
    backup_eligible: passkey.backupEligible ? 1 : 0,
    backed_up: passkey.backedUp ? 1 : 0,
    transports: passkey.transports.join(' '),
    name: passkey.name,
    created_at: passkey.createdAt,
    used_at: passkey.usedAt ?? null,
  }
}

/** The columns hold only what `toRow` wrote, so the brands are true. */
function passkeyOf(row: PasskeyRow): Passkey {
  return {
    id: row.id as PasskeyId,
    accountId: row.account_id as AccountId,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: row.counter,
    backupEligible: row.backup_eligible === 1,
    backedUp: row.backed_up === 1,
    transports: row.transports === '' ? [] : row.transports.split(' '),
    name: row.name,
    createdAt: row.created_at as Instant,
    usedAt: (row.used_at ?? undefined) as Instant | undefined,
  }
}
