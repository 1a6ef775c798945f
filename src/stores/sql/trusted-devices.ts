import type { AccountId } from '../../core/accounts/index.ts'
import type { DeviceId, DeviceStore, TrustedDevice } from '../../core/devices/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { Database } from './database.ts'
import { locked } from './locked.ts'
import type { TrustedDeviceRow } from './schema.ts'

/** Trusted devices in the `trusted_devices` table. Holds hashes only. */
export class SqlDeviceStore implements DeviceStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async insert(device: TrustedDevice, most: number): Promise<void> {
    const { kysely } = this.#db
    const trim = kysely.deleteFrom('trusted_devices').where('token_hash', 'in', (db) =>
      db
        .selectFrom('trusted_devices')
        .select('token_hash')
        .where('account_id', '=', device.accountId)
        .where('token_hash', '!=', device.tokenHash)
        .orderBy('seen_at', 'desc')
        .orderBy('id')
        // SQLite has no offset without a limit.
        .limit(1000)
        .offset(most - 1),
    )
    const add = kysely.insertInto('trusted_devices').values(toRow(device))
    await this.#db.together([...locked(this.#db, device.accountId), add, trim])
  }

  async use(hash: TokenHash, owner: AccountId, epoch: number, now: Instant): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('trusted_devices')
      .set({ seen_at: now })
      .where('token_hash', '=', hash)
      .where('account_id', '=', owner)
      .where('epoch', '=', epoch)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async list(owner: AccountId, epoch: number, now: Instant): Promise<TrustedDevice[]> {
    const rows = await this.#db.kysely
      .selectFrom('trusted_devices')
      .selectAll()
      .where('account_id', '=', owner)
      .where('epoch', '=', epoch)
      .where('expires_at', '>', now)
      .orderBy('seen_at', 'desc')
      .orderBy('id')
      .execute()
    return rows.map(deviceOf)
  }

  async remove(owner: AccountId, id: DeviceId): Promise<boolean> {
    const { numDeletedRows } = await this.#db.kysely
      .deleteFrom('trusted_devices')
      .where('account_id', '=', owner)
      .where('id', '=', id)
      .executeTakeFirst()
    return numDeletedRows === 1n
  }

  async sweep(now: Instant, limit: number): Promise<number> {
    const { numDeletedRows } = await this.#db.kysely
      .deleteFrom('trusted_devices')
      .where('token_hash', 'in', (db) =>
        db
          .selectFrom('trusted_devices')
          .select('token_hash')
          .where('expires_at', '<=', now)
          .limit(limit),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  }
}

function toRow(device: TrustedDevice): TrustedDeviceRow {
  return {
    token_hash: device.tokenHash,
    id: device.id,
    account_id: device.accountId,
    epoch: device.epoch,
    agent: device.agent,
    address: device.address,
    created_at: device.createdAt,
    seen_at: device.seenAt,
    expires_at: device.expiresAt,
  }
}

/** The columns hold only what `toRow` wrote, so the brands are true. */
function deviceOf(row: TrustedDeviceRow): TrustedDevice {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    accountId: row.account_id,
    epoch: row.epoch,
    agent: row.agent,
    address: row.address,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
  } as TrustedDevice
}
