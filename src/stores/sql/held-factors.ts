import { sql } from 'kysely'
import type { AccountId } from '../../core/accounts/index.ts'
import { type HeldFactors, nothingHeld } from '../../core/assurance/index.ts'
import type { Database, Dialect, Rows } from './database.ts'

/** One look-up for every sign-in: a row of every account there is, so that it is remembered also of those that hold nothing. */
export function heldFactors(db: Database): (owner: AccountId) => Promise<HeldFactors> {
  const byAccount = db.byKey('id', heldIn(db.dialect), heldOf)
  return async (owner) => (await byAccount(owner)) ?? nothingHeld
}

interface HeldRow {
  readonly id: string
  /** Of the password, if there is one. */
  readonly failures: number | null
  readonly app: string | null
  readonly app_disabled_at: number | null
  readonly codes: number | null
  /** Separated by commas, which no id has. */
  readonly passkeys: string | null
}

function heldIn(dialect: Dialect): Rows<HeldRow> {
  const joined = sql<string>`${sql.raw(dialect === 'sqlite' ? 'group_concat' : 'string_agg')}(passkeys.id, ',')`
  return (db) =>
    db.selectFrom('accounts').select((account) => {
      const app = account
        .selectFrom('totp_factors')
        .whereRef('totp_factors.account_id', '=', 'accounts.id')
      return [
        'accounts.id',
        account
          .selectFrom('passwords')
          .select('passwords.failures')
          .whereRef('passwords.account_id', '=', 'accounts.id')
          .as('failures'),
        app.select('totp_factors.id').as('app'),
        app.select('totp_factors.disabled_at').as('app_disabled_at'),
        account
          .selectFrom('recovery_codes')
          .select(({ fn }) => fn.countAll<number>().as('n'))
          .whereRef('recovery_codes.account_id', '=', 'accounts.id')
          .where('recovery_codes.spent_at', 'is', null)
          .as('codes'),
        account
          .selectFrom('passkeys')
          .select(joined.as('ids'))
          .whereRef('passkeys.account_id', '=', 'accounts.id')
          .as('passkeys'),
      ]
    })
}

function heldOf({ failures, app, app_disabled_at, codes, passkeys }: HeldRow): HeldFactors {
  return {
    hasPassword: failures !== null,
    wrongPasswords: failures ?? 0,
    app: app === null ? undefined : { id: app, isDisabled: app_disabled_at !== null },
    recoveryCodes: codes ?? 0,
    passkeys: passkeys ? passkeys.split(',') : [],
  }
}
