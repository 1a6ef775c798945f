import type { Compilable } from 'kysely'
import type { AccountId } from '../../core/accounts/index.ts'
import type { HeldFactors } from '../../core/assurance/index.ts'
import type {
  CountedFailure,
  FactorId,
  FactorStore,
  RecoveryCodeHash,
  TotpEnrolment,
  TotpFactor,
  TotpOfAccount,
} from '../../core/factors/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { ByKey, Database } from './database.ts'
import { heldFactors } from './held-factors.ts'
import { locked } from './locked.ts'
import type { TotpFactorRow } from './schema.ts'

/** Second factors in `totp_factors`, one row for an account, and `recovery_codes`. */
export class SqlFactorStore implements FactorStore {
  readonly #db: Database
  readonly #totpOf: ByKey<TotpOfAccount>
  readonly #heldBy: (owner: AccountId) => Promise<HeldFactors>

  constructor(db: Database) {
    this.#db = db
    this.#totpOf = db.byKey(
      'account_id',
      (sql) => sql.selectFrom('totp_factors').selectAll(),
      totpOf,
    )
    this.#heldBy = heldFactors(db)
  }

  async startTotp(enrolment: TotpEnrolment): Promise<'alone' | 'beside_confirmed'> {
    const columns = {
      enrolment_id: enrolment.id,
      enrolment_sealed: enrolment.sealed,
      enrolment_created_at: enrolment.createdAt,
      enrolment_expires_at: enrolment.expiresAt,
    }
    const { id } = await this.#db.kysely
      .insertInto('totp_factors')
      .values({ account_id: enrolment.accountId, failures: 0, ...columns })
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet(columns))
      .returning('id')
      .executeTakeFirstOrThrow()
    return id === null ? 'alone' : 'beside_confirmed'
  }

  async findTotp(owner: AccountId): Promise<TotpOfAccount> {
    return (await this.#totpOf(owner)) ?? { confirmed: undefined, enrolment: undefined }
  }

  async confirmTotp(
    owner: AccountId,
    id: FactorId,
    step: number,
    now: Instant,
    replace: boolean,
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('totp_factors')
      .set((row) => ({
        id: row.ref('enrolment_id'),
        sealed: row.ref('enrolment_sealed'),
        created_at: row.ref('enrolment_created_at'),
        confirmed_at: now,
        last_step: step,
        failures: 0,
        disabled_at: null,
        enrolment_id: null,
        enrolment_sealed: null,
        enrolment_created_at: null,
        enrolment_expires_at: null,
      }))
      .where('account_id', '=', owner)
      .where('enrolment_id', '=', id)
      .where('enrolment_expires_at', '>', now)
      .$if(!replace, (update) => update.where('id', 'is', null))
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async spendStep(owner: AccountId, id: FactorId, step: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('totp_factors')
      .set({ last_step: step, failures: 0 })
      .where('account_id', '=', owner)
      .where('id', '=', id)
      .where('last_step', '<', step)
      .where('disabled_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async recordFailure(
    owner: AccountId,
    id: FactorId,
    now: Instant,
    cap: number,
  ): Promise<CountedFailure | undefined> {
    const row = await this.#db.kysely
      .updateTable('totp_factors')
      .set((old) => ({
        failures: old('failures', '+', 1),
        disabled_at: old
          .case()
          .when(old.and([old('disabled_at', 'is', null), old('failures', '>=', cap - 1)]))
          .then(old.cast<number>(old.val(now), 'bigint'))
          .else(old.ref('disabled_at'))
          .end(),
      }))
      .where('account_id', '=', owner)
      .where('id', '=', id)
      .returning(['failures', 'disabled_at'])
      .executeTakeFirst()
    return row && { failures: row.failures, isDisabled: row.disabled_at !== null }
  }

  async removeTotp(owner: AccountId, keepsOne: boolean): Promise<boolean> {
    const removal = this.#db.kysely
      .deleteFrom('totp_factors')
      .where('account_id', '=', owner)
      .$if(keepsOne, (statement) =>
        statement.where(({ exists, selectFrom }) =>
          exists(
            selectFrom('passkeys').select('passkeys.id').where('passkeys.account_id', '=', owner),
          ),
        ),
      )
      .returning('id')
    const lock = locked(this.#db, owner)
    const rows = await this.#db.together<{ id?: string | null }>([
      ...lock,
      removal,
      forgetCodesOfNothing(this.#db, owner),
    ])
    return rows[lock.length]?.some(({ id }) => id !== null) ?? false
  }

  async resealTotp(id: FactorId, former: string, sealed: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('totp_factors')
      .set({ sealed })
      .where('id', '=', id)
      .where('sealed', '=', former)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async replaceRecoveryCodes(
    owner: AccountId,
    hashes: readonly RecoveryCodeHash[],
    now: Instant,
  ): Promise<void> {
    const { kysely } = this.#db
    const rows = hashes.map((hash, place) => ({
      account_id: owner,
      place,
      hash,
      created_at: now,
      spent_at: null,
    }))
    const overwrite = kysely
      .insertInto('recovery_codes')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['account_id', 'place']).doUpdateSet((old) => ({
          hash: old.ref('excluded.hash'),
          created_at: old.ref('excluded.created_at'),
          spent_at: old.ref('excluded.spent_at'),
        })),
      )
    const removeRest = kysely
      .deleteFrom('recovery_codes')
      .where('account_id', '=', owner)
      .where('place', '>=', hashes.length)
    // In this order: whoever waits for the first row of another set sees all of that set afterwards.
    const write = hashes.length === 0 ? [removeRest] : [overwrite, removeRest]
    // Whoever removes a factor takes the same lock first: neither holds codes that the other one waits for.
    await this.#db.together([...locked(this.#db, owner), ...write])
  }

  async spendRecoveryCode(
    owner: AccountId,
    candidates: readonly RecoveryCodeHash[],
    now: Instant,
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.kysely
      .updateTable('recovery_codes')
      .set({ spent_at: now })
      .where('account_id', '=', owner)
      .where('hash', 'in', candidates)
      .where('spent_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async isSpentRecoveryCode(
    owner: AccountId,
    candidates: readonly RecoveryCodeHash[],
  ): Promise<boolean> {
    const row = await this.#db.kysely
      .selectFrom('recovery_codes')
      .select('place')
      .where('account_id', '=', owner)
      .where('hash', 'in', candidates)
      .where('spent_at', 'is not', null)
      .executeTakeFirst()
    return row !== undefined
  }

  async countRecoveryCodes(owner: AccountId): Promise<number> {
    return (await this.heldBy(owner)).recoveryCodes
  }

  async recoveryCodesMadeAt(owner: AccountId): Promise<Instant | undefined> {
    const row = await this.#db.kysely
      .selectFrom('recovery_codes')
      .select('created_at')
      .where('account_id', '=', owner)
      .executeTakeFirst()
    return row?.created_at as Instant | undefined
  }

  heldBy(owner: AccountId): Promise<HeldFactors> {
    return this.#heldBy(owner)
  }
}

/** The columns hold only what was written here, so the brands are true. */
function totpOf(row: TotpFactorRow): TotpOfAccount {
  const confirmed = {
    id: row.id,
    accountId: row.account_id,
    sealed: row.sealed,
    createdAt: row.created_at,
    confirmedAt: row.confirmed_at,
    lastStep: row.last_step,
    failures: row.failures,
    disabledAt: row.disabled_at ?? undefined,
  } as TotpFactor
  const enrolment = {
    id: row.enrolment_id,
    accountId: row.account_id,
    sealed: row.enrolment_sealed,
    createdAt: row.enrolment_created_at,
    expiresAt: row.enrolment_expires_at,
  } as TotpEnrolment
  return {
    confirmed: row.id === null ? undefined : confirmed,
    enrolment: row.enrolment_id === null ? undefined : enrolment,
  }
}

/** With the last second factor go the recovery codes: they would be good for nothing. */
export function forgetCodesOfNothing({ kysely }: Database, owner: AccountId): Compilable {
  return kysely
    .deleteFrom('recovery_codes')
    .where('account_id', '=', owner)
    .where(({ and, not, exists, selectFrom }) =>
      and([
        not(
          exists(
            selectFrom('totp_factors')
              .select('totp_factors.id')
              .where('totp_factors.account_id', '=', owner)
              .where('totp_factors.id', 'is not', null),
          ),
        ),
        not(
          exists(
            selectFrom('passkeys').select('passkeys.id').where('passkeys.account_id', '=', owner),
          ),
        ),
      ]),
    )
}
