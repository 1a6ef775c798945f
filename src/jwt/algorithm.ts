import { type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto'
import { hmacSha256 } from '../kernel/hmac.ts'
import { derOf, halvesOf } from './ecdsa.ts'

/** Signature algorithms of JWS (RFC 7518, RFC 8037). `none` and whatever else there is are not among them. */
export const algorithms = ['EdDSA', 'ES256', 'HS256', 'PS256', 'RS256'] as const

export type Algorithm = (typeof algorithms)[number]

/** What signs and verifies. One key is good for one algorithm (RFC 8725, 3.1): none is taken from a token. */
export interface Scheme {
  sign(input: string, key: KeyObject): string
  verify(input: string, signature: string, key: KeyObject): boolean
}

// RSA_PKCS1_PSS_PADDING; the salt is as long as the digest (RFC 7518, 3.5).
const ps256 = { padding: 6, saltLength: 32 } as const

/** SHA-256 in base64url. Compared in one place each: to make the places anew takes as long as to compare. */
const macLength = 43
const [given, expected] = [Buffer.alloc(macLength), Buffer.alloc(macLength)]

/**
 * Synchronous on purpose: WebCrypto would wait on the thread pool, behind whoever hashes there. Keys are handed
 * over as they are where no option is needed: within an object Node takes 10 µs longer for them.
 */
export const schemes: Readonly<Record<Algorithm, Scheme>> = {
  EdDSA: {
    sign: (input, key) => sign(null, bytesOf(input), key).toString('base64url'),
    verify: (input, signature, key) => verify(null, bytesOf(input), key, decoded(signature)),
  },
  ES256: {
    sign: (input, key) => halvesOf(sign('sha256', bytesOf(input), key)).toString('base64url'),
    verify: (input, signature, key) => {
      const der = derOf(decoded(signature))
      return der !== undefined && verify('sha256', bytesOf(input), key, der)
    },
  },
  HS256: {
    sign: (input, key) => hmacSha256(key, input),
    verify: (input, signature, key) => {
      if (signature.length !== macLength) return false
      given.write(signature, 'latin1')
      expected.write(hmacSha256(key, input), 'latin1')
      return timingSafeEqual(given, expected)
    },
  },
  PS256: {
    sign: (input, key) => sign('sha256', bytesOf(input), { key, ...ps256 }).toString('base64url'),
    verify: (input, signature, key) =>
      verify('sha256', bytesOf(input), { key, ...ps256 }, decoded(signature)),
  },
  RS256: {
    sign: (input, key) => sign('sha256', bytesOf(input), key).toString('base64url'),
    verify: (input, signature, key) => verify('sha256', bytesOf(input), key, decoded(signature)),
  },
}

function bytesOf(input: string): Buffer {
  return Buffer.from(input, 'latin1')
}

function decoded(signature: string): Buffer {
  return Buffer.from(signature, 'base64url')
}

export function isAlgorithm(text: unknown): text is Algorithm {
  return (algorithms as readonly unknown[]).includes(text)
}
