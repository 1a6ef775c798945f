import type { Brand } from '../../kernel/brand.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash, TokenKind } from '../../kernel/token.ts'
import type { AccountId } from '../accounts/index.ts'

/** Names a session in lists and logs. It is not the token and opens nothing. */
export type SessionId = Brand<string, 'SessionId'>

/** How the person proved who they are. */
export type AuthenticationMethod = 'password'

/** A server-kept fact that someone is signed in. */
export interface Session {
  readonly id: SessionId
  readonly tokenHash: TokenHash
  /** What carries the token: `session` is a cookie, `bearer` an Authorization header. */
  readonly kind: TokenKind
  readonly accountId: AccountId
  /** The account's epoch at sign-in. */
  readonly epoch: number
  readonly method: AuthenticationMethod
  /** When the person authenticated. */
  readonly createdAt: Instant
  /** The session is over at this instant unless it is used before. Never later than `endsAt`. */
  readonly expiresAt: Instant
  /** The session is over at this instant in any case. */
  readonly endsAt: Instant
}
