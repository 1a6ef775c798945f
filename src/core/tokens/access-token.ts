import type { Instant } from '../../kernel/clock.ts'
import type { Secret } from '../../kernel/secret.ts'
import type { AccountId } from '../accounts/index.ts'

/** What an access token says: whose it is, and by which session. */
export interface AccessTokenSubject {
  readonly accountId: AccountId
  /** The id of the session: a name, and no secret. */
  readonly session: string
}

/** How and when that person has proved who they are (OpenID Connect Core, 2; RFC 8176). */
export interface Assurance {
  /** Last. */
  readonly authenticatedAt: Instant
  /** `pwd`, `otp`, `mfa`. */
  readonly amr: readonly string[]
  /** `aal1` for a password alone, `aal2` for two factors (NIST SP 800-63B-4, 2). */
  readonly acr: 'aal1' | 'aal2'
}

/** `client_id`: whoever signs in here without being somebody else's program. */
export const firstParty = 'sallyport'

export interface IssuedAccessToken {
  readonly token: Secret
  /** When it expires: in epoch seconds, as it says itself. */
  readonly expiresAt: number
  /** How many seconds that is from now. */
  readonly lifetimeSeconds: number
}

export interface RecognisedAccessToken extends AccessTokenSubject {
  readonly claims: Readonly<Record<string, unknown>>
}

/** Port to who signs in the name of this server. */
export interface AccessTokens {
  /** @param endsAt - When the session is over at the latest: no token outlives it. */
  issue(subject: AccessTokenSubject & Assurance, endsAt: Instant): IssuedAccessToken

  /** Is it signed by us, for here, and not expired? That its session has not ended is another question. */
  recognise(token: string): Promise<RecognisedAccessToken | undefined>

  /** The same from what is known already; `undefined` says nothing. */
  atOnce(token: string): RecognisedAccessToken | undefined

  /** The same of one that may have expired: enough to end a session, and for nothing else. */
  recogniseExpired(token: string): Promise<RecognisedAccessToken | undefined>
}
