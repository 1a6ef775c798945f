import { type Algorithm, schemes } from './algorithm.ts'
import { type ClaimExpectations, type ClaimRefusal, type Claims, judgeClaims } from './claims.ts'
import { readCompact, readJsonObject } from './compact.ts'
import { TokenMisuseError } from './errors.ts'
import type { Jwks } from './jwks.ts'
import { isKeyId, type TokenKey } from './key.ts'
import { epochSeconds, type TokenClock } from './time.ts'

/** What a token must be. All of it is the verifier's choice, nothing the token's. */
export interface Expectations extends ClaimExpectations {
  /** The key, or the set of keys of the issuer. */
  readonly keys: TokenKey | Jwks
  /** The algorithms that may be used. A token that names another one is refused. */
  readonly algorithms: readonly Algorithm[]
  /** The kind of token: `typ` in its header. Default `JWT`, which tokens may also leave unsaid. */
  readonly type?: string
  readonly clock?: TokenClock | undefined
}

/** Why a token is refused. For logs and tests: to a stranger every one of them is the same. */
export type TokenRefusal =
  /** Not a JWS in its one compact form, or not JSON that has one meaning. */
  | 'malformed'
  /** Signed with an algorithm that is not expected, or with none. */
  | 'wrong_algorithm'
  /** Says `crit`, or something else that must be understood to read it (RFC 7515, 4.1.11). */
  | 'unsupported'
  /** A kind of token that is not for here (RFC 8725, 3.11). */
  | 'wrong_type'
  /** Names a key that is not known; a newer one may have been published meanwhile. */
  | 'unknown_key'
  | 'bad_signature'
  | ClaimRefusal

export type VerifiedToken = {
  readonly kind: 'verified'
  readonly claims: Claims
  readonly header: Readonly<Record<string, unknown>>
}

export type RefusedToken = { readonly kind: 'refused'; readonly reason: TokenRefusal }

/**
 * Tells whether a token was signed by one of these keys, is of the expected kind, and is good now and here.
 *
 * Never throws for what a token holds, never follows an address in it (`jku`, `x5u`) nor takes a key from it
 * (`jwk`, `x5c`), and reads no claim before the signature is known to be right. `exp` and `iat` must be there;
 * times are compared in epoch seconds, `exp` itself being over. A token for an audience is refused where no
 * audience is expected.
 *
 * @throws {TokenMisuseError} `algorithms` is empty, or the leeway is none.
 * @see RFC 7519, RFC 8725; OWASP ASVS 5.0, V9
 *
 * @example
 * const outcome = verifyToken(token, {
 *   keys: jwks, algorithms: ['EdDSA'], type: 'at+jwt',
 *   issuer: 'https://id.example.com', audience: 'https://api.example.com',
 * })
 * if (outcome.kind === 'refused') return unauthorized()
 * outcome.claims.sub
 */
export function verifyToken(token: unknown, expected: Expectations): VerifiedToken | RefusedToken {
  const { keys, algorithms, type = 'JWT', clock } = expected
  if (algorithms.length === 0) throw new TokenMisuseError('no algorithm is expected')
  refuseLeeway(expected.leewaySeconds)
  const compact = readCompact(token)
  if (!compact) return refused('malformed')
  const { header, isSupported, input, payload, signature } = compact

  const algorithm = header['alg'] as Algorithm
  if (!algorithms.includes(algorithm)) return refused('wrong_algorithm')
  if (!isSupported) return refused('unsupported')
  if (!isOfType(header['typ'], type)) return refused('wrong_type')
  const key = keyFor(header['kid'], algorithm, keys)
  if (!key) return refused('unknown_key')
  if (!schemes[algorithm].verify(input, signature, key.verifying)) return refused('bad_signature')

  const claims = readJsonObject(payload)
  if (!claims) return refused('malformed')
  const refusal = judgeClaims(claims, expected, plainType(type), epochSeconds(clock))
  return refusal ? refused(refusal) : { kind: 'verified', claims: claims as Claims, header }
}

const day = 86_400

/** One that is not a number, such as of a variable that is not set, would let tokens live for ever. */
function refuseLeeway(seconds: number | undefined): void {
  if (seconds === undefined || (typeof seconds === 'number' && seconds >= 0 && seconds <= day)) {
    return
  }
  throw new TokenMisuseError('the leeway is a number of seconds from zero to a day')
}

/** Media types are compared without regard to case, `application/` left out (RFC 7515, 4.1.9). */
function isOfType(stated: unknown, expected: string): boolean {
  if (stated === expected) return true
  if (stated === undefined) return plainType(expected) === 'jwt'
  return typeof stated === 'string' && plainType(stated) === plainType(expected)
}

const media = 'application/'

function plainType(type: string): string {
  const lower = type.toLowerCase()
  return lower.startsWith(media) ? lower.slice(media.length) : lower
}

function keyFor(id: unknown, algorithm: Algorithm, keys: TokenKey | Jwks): TokenKey | undefined {
  if (id !== undefined && !isKeyId(id)) return undefined
  if ('find' in keys) return keys.find(id, algorithm)
  const isNamed = id === undefined || keys.id === undefined || keys.id === id
  return isNamed && keys.algorithm === algorithm ? keys : undefined
}

function refused(reason: TokenRefusal): RefusedToken {
  return { kind: 'refused', reason }
}
