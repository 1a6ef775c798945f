import type { Brand } from '../../kernel/brand.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { AccountId } from '../accounts/index.ts'

/** Names an authenticator app of an account, from its enrolment on. Opens nothing. */
export type FactorId = Brand<string, 'FactorId'>

/** A secret that was handed to an app, before a code has shown that it got there. */
export interface TotpEnrolment {
  readonly id: FactorId
  readonly accountId: AccountId
  /** The secret, sealed under the master key and bound to the account and the id. */
  readonly sealed: string
  readonly createdAt: Instant
  /** Until when it can be confirmed. */
  readonly expiresAt: Instant
}

/** An authenticator app that is in use. */
export interface TotpFactor {
  readonly id: FactorId
  readonly accountId: AccountId
  readonly sealed: string
  readonly createdAt: Instant
  readonly confirmedAt: Instant
  /** The newest step of which a code was accepted: neither that one nor an older one is again. */
  readonly lastStep: number
  /** Wrong codes since the last right one. */
  readonly failures: number
  /** Since when no code is accepted, as too many were wrong. */
  readonly disabledAt: Instant | undefined
}

/** What an account has: one app at most, and perhaps another one that is to take its place. */
export interface TotpOfAccount {
  readonly confirmed: TotpFactor | undefined
  readonly enrolment: TotpEnrolment | undefined
}
