import { type AuditType, auditTypes, type EndCause, type LoginCause } from '../core/audit/index.ts'
import { type BudgetName, budgets } from '../core/limits/index.ts'
import type { StoreName } from '../kernel/errors.ts'

/** What was proved first. */
export type SignInMethod = 'password' | 'passkey'

/** `waiting`: something was proved, and something else is due. Else why it was refused. */
export type SignInResult = 'succeeded' | 'waiting' | LoginCause

export type FactorKind = 'totp' | 'recovery_code' | 'passkey'

export type ProofResult = 'accepted' | 'refused'

export type RegistrationResult = 'registered' | 'refused'

/** Whose points were spent. */
export type LimitBudget = BudgetName

/** What opens nothing any more after too many failures in a row. */
export type LockedFactor = 'password' | 'totp'

/** What is remembered of a session check: the session, and whether its account may still speak. */
export type Remembered = 'sessions' | 'accounts'

/** Every method that a request can have here: another one is the client's text, and counts as `(other)`. */
export type RequestMethod =
  | 'GET'
  | 'HEAD'
  | 'POST'
  | 'PUT'
  | 'PATCH'
  | 'DELETE'
  | 'OPTIONS'
  | '(other)'

/**
 * The labels of each figure that has some. All their values are ours: nothing that a client writes becomes one, since
 * each value is a series that every collector keeps.
 * @see https://prometheus.io/docs/practices/naming/#labels
 */
export interface FigureLabels {
  readonly signIns: { readonly method: SignInMethod; readonly result: SignInResult }
  readonly factorProofs: { readonly kind: FactorKind; readonly result: ProofResult }
  readonly registrations: { readonly result: RegistrationResult }
  readonly limitHits: { readonly budget: LimitBudget }
  readonly lockouts: { readonly factor: LockedFactor }
  readonly sessionsEnded: { readonly cause: EndCause }
  readonly securityEvents: { readonly type: AuditType }
  readonly storeErrors: { readonly store: StoreName | 'other' }
  readonly cacheHits: { readonly of: Remembered }
  readonly cacheMisses: { readonly of: Remembered }
}

/** The closed lists of {@link FigureLabels}: as records, so that a value which is missing does not compile. */
type ClosedLabels = {
  readonly [Name in keyof FigureLabels]: {
    readonly [Label in keyof FigureLabels[Name]]: Readonly<
      Record<FigureLabels[Name][Label] & string, unknown>
    >
  }
}

const ofSessionCheck = { of: { sessions: 0, accounts: 0 } }

export const labelsOf: ClosedLabels = {
  signIns: {
    method: { password: 0, passkey: 0 },
    result: {
      succeeded: 0,
      waiting: 0,
      unknown_account: 0,
      wrong_password: 0,
      disabled_account: 0,
      password_capped: 0,
      wrong_code: 0,
      passkey_refused: 0,
      too_many_sessions: 0,
      overtaken: 0,
    },
  },
  factorProofs: {
    kind: { totp: 0, recovery_code: 0, passkey: 0 },
    result: { accepted: 0, refused: 0 },
  },
  registrations: { result: { registered: 0, refused: 0 } },
  limitHits: { budget: budgets },
  lockouts: { factor: { password: 0, totp: 0 } },
  sessionsEnded: {
    cause: {
      signed_out: 0,
      ended_by_owner: 0,
      replaced: 0,
      too_many_sessions: 0,
      password_changed: 0,
      factor_changed: 0,
      token_reused: 0,
      token_revoked: 0,
      ended_by_operator: 0,
    },
  },
  securityEvents: { type: auditTypes },
  storeErrors: {
    store: { sqlite: 0, postgres: 0, redis: 0, memcached: 0, filesystem: 0, other: 0 },
  },
  cacheHits: ofSessionCheck,
  cacheMisses: ofSessionCheck,
}
