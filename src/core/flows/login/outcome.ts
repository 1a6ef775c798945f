import type { Refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { TokenKind } from '../../../kernel/token.ts'
import type { Account } from '../../accounts/index.ts'
import type { OfferedProof } from '../../assurance/index.ts'
import type { Origin } from '../../limits/index.ts'
import type { Client, PresentedToken, StartedSession } from '../../sessions/index.ts'

/** What is the same however somebody proves who they are. */
export interface LoginRequest {
  /** How the session's token will travel. */
  readonly kind: TokenKind
  readonly client: Client
  /** From where, for the limits. */
  readonly origin: Origin
  /** The token that this request carried, if any. */
  readonly presented?: PresentedToken | undefined
  /** The token of a device that somebody trusts, if the request carried one. */
  readonly device?: Secret | undefined
  /** Is this device to be trusted from now on? */
  readonly trusts?: boolean | undefined
  /** Given when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

export interface SignedIn extends StartedSession {
  readonly kind: 'signed_in'
  readonly account: Account
  /** How many recovery codes are left, where one was used. */
  readonly recoveryCodesLeft?: number
  /** By which this device is trusted from now on, where that was asked for. */
  readonly device?: Secret
}

/** Something was proved, and something else is due: there is no session yet. */
export interface FactorRequired {
  readonly kind: 'factor_required'
  /** With what to go on: the only time that it is known. */
  readonly pending: Secret
  readonly sessionKind: TokenKind
  readonly factors: readonly OfferedProof[]
}

/** A second factor is required here, and the account has none yet: one is set up before there is a session. */
export interface EnrolmentRequired {
  readonly kind: 'enrolment_required'
  readonly pending: Secret
  readonly sessionKind: TokenKind
}

/** `invalid_credentials`: too many failures in a row for the password alone. */
export type Completed =
  | SignedIn
  | FactorRequired
  | EnrolmentRequired
  | Refused<'too_many_sessions' | 'invalid_credentials'>
