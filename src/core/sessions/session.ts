import type { Brand } from '../../kernel/brand.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash, TokenKind } from '../../kernel/token.ts'
import type { AccountId } from '../accounts/index.ts'
import type { Proof } from '../assurance/index.ts'

/** Names a session in lists and logs. It is not the token and opens nothing. */
export type SessionId = Brand<string, 'SessionId'>

/** Where a session was begun from, as the client itself says; shown to its owner, and never decided by. */
export interface Client {
  /** The `User-Agent` header, cut to 300 characters; empty when there was none. */
  readonly agent: string
  /** The client's network address; empty when it is not known. */
  readonly address: string
}

/** A server-kept fact that someone is signed in. */
export interface Session {
  readonly id: SessionId
  readonly tokenHash: TokenHash
  /**
   * What speaks for it: `session` is a token in a cookie, `bearer` one in an Authorization header. `jwt` is an
   * access token that names it, and is had anew for a refresh token.
   */
  readonly kind: TokenKind
  readonly accountId: AccountId
  /** The account's epoch at sign-in. */
  readonly epoch: number
  /** How the person proved who they are, and when: at sign-in, and since. */
  readonly proofs: readonly Proof[]
  readonly client: Client
  /** When the session began. */
  readonly createdAt: Instant
  /** When the person last proved who they are; later than `createdAt` where they did so again. */
  readonly authenticatedAt: Instant
  /** When the session was last used, to within the write-back of its sliding end. */
  readonly seenAt: Instant
  /** The session is over at this instant unless it is used before. Never later than `endsAt`. */
  readonly expiresAt: Instant
  /** The session is over at this instant in any case. */
  readonly endsAt: Instant
}
