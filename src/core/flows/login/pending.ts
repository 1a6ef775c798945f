import type { Instant } from '../../../kernel/clock.ts'
import { type Duration, minutes } from '../../../kernel/clock.ts'
import type { TokenHash, TokenKind } from '../../../kernel/token.ts'
import type { AccountId } from '../../accounts/index.ts'
import type { Proof } from '../../assurance/index.ts'
import type { Client } from '../../sessions/index.ts'

/**
 * A sign-in in which something was proved, and something else is due. No session, and good for nothing but to go on
 * with itself: another type, another table, another cookie.
 */
export interface PendingLogin {
  readonly tokenHash: TokenHash
  readonly accountId: AccountId
  /** The account's epoch when that was proved: what is proved for one epoch is not for the next. */
  readonly epoch: number
  /** What the session will be carried by. */
  readonly kind: TokenKind
  readonly client: Client
  readonly createdAt: Instant
  readonly expiresAt: Instant
  /** What was proved so far. */
  readonly proofs: readonly Proof[]
  /** How often what is due was tried. */
  readonly tries: number
}

/** Long enough to find the phone (ASVS 5.0 6.5.5). */
export const pendingLifetime: Duration = minutes(10)

/** Where a second factor must be set up first: an app has to be found and installed. */
export const enrolmentTime: Duration = minutes(30)

/** Codes that may be tried before the password is asked for again (ASVS 5.0 6.6.3). */
export const maxTries = 5
