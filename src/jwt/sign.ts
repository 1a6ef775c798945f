import { systemRandom, urlSafe } from '../kernel/random.ts'
import { schemes } from './algorithm.ts'
import { areTyped } from './claims.ts'
import { isPlain, maxTokenLength, readJsonObject } from './compact.ts'
import { TokenKeyError, TokenMisuseError } from './errors.ts'
import type { TokenKey } from './key.ts'
import { epochSeconds, type TokenClock } from './time.ts'

export interface SigningOptions {
  readonly key: TokenKey
  /** How long the token is good for, in whole seconds from now. There is no token without an end. */
  readonly lifetimeSeconds: number
  /** What kind of token it is: `typ` in its header (RFC 8725, 3.11). Default `JWT`. */
  readonly type?: string
  readonly clock?: TokenClock | undefined
}

/** Claims that follow from the options, so that none can contradict them. */
const own = ['exp', 'iat'] as const

/**
 * Signs claims as a JWT in compact form (RFC 7519, RFC 7515), with `iat` and `exp` in epoch seconds, and a
 * `jti` of 16 random bytes unless one is given. The claims that are given are not changed. Everybody who
 * gets the token can read them.
 *
 * @throws {TokenMisuseError} The lifetime is not a whole number above zero, the claims say `exp` or `iat`
 * themselves, one has a value that its name does not allow, or they are not plain JSON.
 * @throws {TokenKeyError} The key can only verify.
 *
 * @example
 * const token = signToken({ sub: 'ann' }, { key, lifetimeSeconds: 900, type: 'at+jwt' })
 */
export function signToken(
  claims: Readonly<Record<string, unknown>>,
  { key, lifetimeSeconds, type = 'JWT', clock }: SigningOptions,
): string {
  refuseLifetime(lifetimeSeconds)
  for (const name of own) {
    if (claims[name] !== undefined) {
      throw new TokenMisuseError(`the claim ${name} follows from the clock and the lifetime`)
    }
  }
  const iat = Math.floor(epochSeconds(clock))
  const { jti = urlSafe(systemRandom, 16) } = claims
  const stated = { ...claims, iat, exp: iat + lifetimeSeconds, jti }
  // A method `toJSON` would put anything in the place of all claims, without an end.
  if (!areTyped(stated) || typeof stated['toJSON'] === 'function') {
    throw new TokenMisuseError('a claim has no value, or one of the wrong type')
  }
  const payload = encode(stated)
  const header = headerOf(key, type)
  const input = `${header}.${payload}`
  if (input.length > maxTokenLength) throw new TokenMisuseError('the claims are too long')
  if (!key.signing) throw new TokenKeyError('not_private')
  const token = `${input}.${schemes[key.algorithm].sign(input, key.signing)}`
  if (token.length > maxTokenLength) throw new TokenMisuseError('the claims are too long')
  return token
}

/** Zero is no lifetime, and no default either. */
export function refuseLifetime(seconds: number): void {
  if (Number.isSafeInteger(seconds) && seconds > 0) return
  throw new TokenMisuseError('the lifetime of a token is a whole number of seconds above zero')
}

/** The last one of each key: most keys sign tokens of one type. */
const headers = new WeakMap<TokenKey, { readonly type: string; readonly header: string }>()

function headerOf(key: TokenKey, type: string): string {
  const known = headers.get(key)
  if (known?.type === type) return known.header
  const header = encode({ alg: key.algorithm, typ: type, kid: key.id })
  headers.set(key, { type, header })
  return header
}

function encode(value: object): string {
  let text: string
  try {
    text = JSON.stringify(value)
  } catch {
    throw new TokenMisuseError('claims are plain JSON')
  }
  const encoded = Buffer.from(text).toString('base64url')
  // Whatever is signed here is also accepted here.
  if (!isPlain(text, value) && !readJsonObject(encoded)) {
    throw new TokenMisuseError('the claims have a name that is not allowed, or are nested too deep')
  }
  return encoded
}
