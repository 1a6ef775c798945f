/** What was signed. `exp` and `iat` are always there; names that have a meaning have its type. */
export interface Claims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  /** Epoch seconds. */
  readonly exp: number
  readonly nbf?: number
  readonly iat: number
  readonly jti?: string
  readonly [name: string]: unknown
}

export type ClaimRefusal =
  /** A claim is missing, or of the wrong type. */
  'invalid_claim' | 'expired' | 'not_yet_valid' | 'wrong_issuer' | 'wrong_audience'

export interface ClaimExpectations {
  /** `iss` must be exactly this. */
  readonly issuer?: string
  /** One of these must be in `aud`. */
  readonly audience?: string | readonly string[]
  /** Claims that must be there, besides `exp`, `iat` and, of an `at+jwt`, those of RFC 9068, 2.2. */
  readonly requires?: readonly string[]
  /** How far the clocks of issuer and verifier may be apart: zero or more, and no more than a day. Default 0. */
  readonly leewaySeconds?: number
}

const texts = ['iss', 'sub', 'jti', 'sid', 'client_id'] as const
const times = ['exp', 'nbf', 'iat'] as const

/** RFC 9068, 2.2. */
const ofAccessTokens = ['iss', 'aud', 'sub', 'client_id', 'jti'] as const

/**
 * Why these claims are refused; `undefined` when they are as expected.
 *
 * @param type - Of the token, in small letters.
 * @param now - Epoch seconds.
 */
export function judgeClaims(
  claims: Readonly<Record<string, unknown>>,
  { issuer, audience, requires, leewaySeconds = 0 }: ClaimExpectations,
  type: string,
  now: number,
): ClaimRefusal | undefined {
  if (!areTyped(claims)) return 'invalid_claim'
  const { exp, iat, nbf, iss, aud } = claims
  if (exp === undefined || iat === undefined) return 'invalid_claim'
  if (type === 'at+jwt' && !hasAll(claims, ofAccessTokens)) return 'invalid_claim'
  if (requires && !hasAll(claims, requires)) return 'invalid_claim'

  if (issuer !== undefined && iss !== issuer) return 'wrong_issuer'
  if (!isFor(aud, audience)) return 'wrong_audience'
  // So put that a clock which tells no number lets nothing pass.
  if (!(now < exp + leewaySeconds)) return 'expired'
  if (nbf !== undefined && now < nbf - leewaySeconds) return 'not_yet_valid'
  return undefined
}

/** Names that are not there are not asked for here; those that are there must mean what they say. */
export function areTyped(claims: Readonly<Record<string, unknown>>): claims is Partial<Claims> {
  for (const name of texts) {
    const value = claims[name]
    if (value !== undefined && (typeof value !== 'string' || value === '')) return false
  }
  for (const name of times) {
    const value = claims[name]
    if (value !== undefined && !Number.isFinite(value)) return false
  }
  const { aud } = claims
  return (
    aud === undefined || isText(aud) || (Array.isArray(aud) && aud.length > 0 && aud.every(isText))
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function hasAll(claims: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => Object.hasOwn(claims, name) && claims[name] !== null)
}

/** Whoever is not named by an audience must not take the token (RFC 7519, 4.1.3). */
function isFor(aud: Claims['aud'], expected: string | readonly string[] | undefined): boolean {
  if (expected === undefined) return aud === undefined
  const accepted = typeof expected === 'string' ? [expected] : expected
  const stated = typeof aud === 'string' ? [aud] : (aud ?? [])
  return stated.some((one) => accepted.includes(one))
}
