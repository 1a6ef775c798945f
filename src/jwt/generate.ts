import { createSecretKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { systemRandom } from '../kernel/random.ts'
import type { Algorithm } from './algorithm.ts'
import { thumbprint } from './jwk.ts'
import type { TokenKey } from './key.ts'

const pair = promisify(generateKeyPair)

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const makers: Readonly<Record<Exclude<Algorithm, 'HS256'>, () => Promise<Pair>>> = {
  EdDSA: () => pair('ed25519'),
  ES256: () => pair('ec', { namedCurve: 'P-256' }),
  PS256: () => pair('rsa', { modulusLength: 3072 }),
  RS256: () => pair('rsa', { modulusLength: 3072 }),
}

/** Makes a new key. Its id is its thumbprint (RFC 7638). RSA keys take most of a second, in another thread. */
export async function generateKey(algorithm: Algorithm): Promise<TokenKey> {
  const { verifying, signing } = await make(algorithm)
  return { algorithm, id: thumbprint({ verifying }), verifying, signing }
}

async function make(algorithm: Algorithm) {
  if (algorithm === 'HS256') {
    const secret = createSecretKey(systemRandom.bytes(32))
    return { verifying: secret, signing: secret }
  }
  const { publicKey, privateKey } = await makers[algorithm]()
  return { verifying: publicKey, signing: privateKey }
}
