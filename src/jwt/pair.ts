import { TokenMisuseError } from './errors.ts'
import type { Jwks } from './jwks.ts'
import type { TokenKey } from './key.ts'
import { refuseLifetime, signToken } from './sign.ts'
import type { TokenClock } from './time.ts'
import { type RefusedToken, type VerifiedToken, verifyToken } from './verify.ts'

export interface TokensOptions {
  /** What signs. */
  readonly key: TokenKey
  /** What is accepted, where that is more than the one key: that one and a key that was replaced, say. */
  readonly keys?: Jwks
  /** Who signs: `iss`, and what is expected of tokens that come back. */
  readonly issuer?: string
  /** Whom tokens are for: `aud`, and what is expected of tokens that come back. */
  readonly audience?: string
  /** Default 900: 15 minutes. */
  readonly accessSeconds?: number
  /** Default 604800: 7 days. */
  readonly refreshSeconds?: number
  readonly clock?: TokenClock | undefined
}

/** An answer as RFC 6749, 5.1 has it. */
export interface TokenPair {
  readonly access_token: string
  readonly refresh_token: string
  readonly token_type: 'bearer'
  /** Seconds until the access token expires. */
  readonly expires_in: number
}

export interface Tokens {
  /** An access token and a refresh token that say the same of the same person. */
  issue(claims: Readonly<Record<string, unknown>>): TokenPair
  createAccessToken(claims: Readonly<Record<string, unknown>>, lifetimeSeconds?: number): string
  verifyAccessToken(token: unknown): VerifiedToken | RefusedToken
  verifyRefreshToken(token: unknown): VerifiedToken | RefusedToken
}

/** Told apart by their type both ways: neither can be used in place of the other (RFC 8725, 3.11). */
const accessType = 'JWT'
const refreshType = 'refresh+jwt'

/**
 * Pairs of a short-lived access token and a long-lived refresh token, for a program that keeps nothing.
 *
 * Neither can be taken back before it expires: there is nothing that could know. The server's own refresh tokens
 * are of another kind, which is spent by use and ends with the session.
 *
 * @throws {TokenMisuseError} A lifetime is not a whole number above zero, or tokens signed with `key` would
 * not be accepted by `keys`.
 *
 * @example
 * const tokens = createTokens({ key: await generateKey('EdDSA'), issuer: 'https://id.example.com' })
 * const { access_token, refresh_token } = tokens.issue({ sub: 'ann' })
 * const outcome = tokens.verifyRefreshToken(refresh_token)
 * if (outcome.kind === 'verified') tokens.createAccessToken({ sub: outcome.claims.sub })
 */
export function createTokens({
  key,
  keys,
  issuer,
  audience,
  accessSeconds = 900,
  refreshSeconds = 604_800,
  clock,
}: TokensOptions): Tokens {
  refuseLifetime(accessSeconds)
  refuseLifetime(refreshSeconds)
  if (keys && !keys.find(key.id, key.algorithm)?.verifying.equals(key.verifying)) {
    throw new TokenMisuseError('the key that signs is not among those that are accepted')
  }
  const algorithms = [...new Set((keys?.keys ?? [key]).map(({ algorithm }) => algorithm))]
  const party = {
    ...(issuer !== undefined && { iss: issuer }),
    ...(audience !== undefined && { aud: audience }),
  }
  const sign = (claims: object, type: string, lifetimeSeconds: number) =>
    signToken({ ...claims, ...party }, { key, type, lifetimeSeconds, clock })
  const verify = (token: unknown, type: string) =>
    verifyToken(token, {
      keys: keys ?? key,
      algorithms,
      type,
      clock,
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    })
  const createAccessToken = (claims: object, lifetimeSeconds = accessSeconds) =>
    sign(claims, accessType, lifetimeSeconds)
  return {
    createAccessToken,
    issue: (claims) => ({
      access_token: createAccessToken(claims),
      refresh_token: sign(claims, refreshType, refreshSeconds),
      token_type: 'bearer',
      expires_in: accessSeconds,
    }),
    verifyAccessToken: (token) => verify(token, accessType),
    verifyRefreshToken: (token) => verify(token, refreshType),
  }
}
