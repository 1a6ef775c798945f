import type { KeyObject } from 'node:crypto'
import { type Algorithm, schemes } from './algorithm.ts'
import { TokenKeyError } from './errors.ts'
import { isSample } from './sample-keys.ts'

/**
 * A key, and the one algorithm that it is good for. Printing or serialising it shows nothing of the key
 * itself; `exportPrivateJwk` does, since it says so.
 */
export interface TokenKey {
  readonly algorithm: Algorithm
  /** `kid` of RFC 7515, 4.1.4: names the key in the header of a token. Left out where there is only one. */
  readonly id: string | undefined
  /** What verifies: the public key, or the secret of HS256. */
  readonly verifying: KeyObject
  /** What signs; `undefined` where only the public key is known. */
  readonly signing: KeyObject | undefined
}

/** How a key that was made elsewhere is taken. */
export interface KeyOptions {
  /** What the key is good for, where it does not say so itself. */
  readonly algorithm?: Algorithm
  readonly id?: string
  /**
   * The shortest RSA key that is taken. 3072, which is as strong as the other algorithms; 2048 (RFC 7518,
   * 3.3) for the public key of an issuer that has chosen so. Keys that sign have 3072 at least.
   */
  readonly minRsaBits?: 2048 | 3072
}

/** Makes a key of its parts, after every check. The private or secret one makes, and knows, the other. */
export function keyOf(
  verifying: KeyObject,
  signing: KeyObject | undefined,
  { algorithm = algorithmOf(verifying), id, minRsaBits = 3072 }: KeyOptions,
): TokenKey {
  const refusal = unfitness(verifying, algorithm, signing ? 3072 : minRsaBits)
  if (refusal) throw new TokenKeyError(refusal)
  if (id !== undefined && !isKeyId(id)) throw new TokenKeyError('malformed')
  if (signing && !isPair(algorithm, signing, verifying)) throw new TokenKeyError('inconsistent')
  return { algorithm, id, verifying, signing }
}

/** OpenSSL takes EC and RSA keys whose private part is that of another key, and signs what nobody can verify. */
function isPair(algorithm: Algorithm, signing: KeyObject, verifying: KeyObject): boolean {
  const { sign, verify } = schemes[algorithm]
  try {
    return verify('any text', sign('any text', signing), verifying)
  } catch {
    return false
  }
}

const maxIdLength = 255

/** Any text will do; one that is empty or long names nothing. */
export function isKeyId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && id.length <= maxIdLength
}

function algorithmOf({ type, asymmetricKeyType }: KeyObject): Algorithm {
  if (type === 'secret') return 'HS256'
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (asymmetricKeyType === 'ec') return 'ES256'
  throw new TokenKeyError(asymmetricKeyType === 'rsa' ? 'algorithm_needed' : 'unknown_kind')
}

function unfitness(key: KeyObject, algorithm: Algorithm, rsaBits: number) {
  const { type, asymmetricKeyType: kind, asymmetricKeyDetails: details, symmetricKeySize } = key
  switch (algorithm) {
    case 'HS256':
      if (type !== 'secret') return 'wrong_algorithm'
      if ((symmetricKeySize ?? 0) < 32) return 'too_short'
      return isSample(key.export()) ? 'sample_key' : undefined
    case 'EdDSA':
      return kind === 'ed25519' ? undefined : 'wrong_algorithm'
    case 'ES256':
      return kind === 'ec' && details?.namedCurve === 'prime256v1' ? undefined : 'wrong_algorithm'
    case 'PS256':
    case 'RS256':
      if (kind !== 'rsa') return 'wrong_algorithm'
      // An exponent of 1 would make every text its own signature.
      if ((details?.publicExponent ?? 0n) < 65_537n) return 'malformed'
      return (details?.modulusLength ?? 0) < rsaBits ? 'too_short' : undefined
  }
}
