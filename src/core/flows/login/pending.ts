import type { Instant } from '../../../kernel/clock.ts'
import { type Duration, minutes } from '../../../kernel/clock.ts'
import type { TokenHash, TokenKind } from '../../../kernel/token.ts'
import type { AccountId } from '../../accounts/index.ts'
import type { Client } from '../../sessions/index.ts'

/**
 * A sign-in after the password and before the second factor. No session, and good for nothing but to go on with
 * itself: another type, another table, another cookie.
 */
export interface PendingLogin {
  readonly tokenHash: TokenHash
  readonly accountId: AccountId
  /** The account's epoch when the password was right: what is proved for one epoch is not for the next. */
  readonly epoch: number
  /** What the session will be carried by. */
  readonly kind: TokenKind
  readonly client: Client
  readonly createdAt: Instant
  readonly expiresAt: Instant
  /** How often a factor was tried. */
  readonly tries: number
}

/** Long enough to find the phone (ASVS 5.0 6.5.5). */
export const pendingLifetime: Duration = minutes(10)

/** Codes that may be tried before the password is asked for again (ASVS 5.0 6.6.3). */
export const maxTries = 5
