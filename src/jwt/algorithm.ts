import { createHmac, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto'

/** Signature algorithms of JWS (RFC 7518, RFC 8037). `none` and whatever else there is are not among them. */
export const algorithms = ['EdDSA', 'ES256', 'HS256', 'PS256', 'RS256'] as const

export type Algorithm = (typeof algorithms)[number]

/** What signs and verifies. One key is good for one algorithm (RFC 8725, 3.1): none is taken from a token. */
export interface Scheme {
  sign(input: string, key: KeyObject): string
  verify(input: string, signature: string, key: KeyObject): boolean
}

/** P1363, not DER: the two halves of fixed length that RFC 7518, 3.4 asks for. */
const es256 = { dsaEncoding: 'ieee-p1363' } as const

// RSA_PKCS1_PSS_PADDING; the salt is as long as the digest (RFC 7518, 3.5).
const ps256 = { padding: 6, saltLength: 32 } as const

export const schemes: Readonly<Record<Algorithm, Scheme>> = {
  EdDSA: signatureScheme(null, {}),
  ES256: signatureScheme('sha256', es256),
  HS256: {
    sign: (input, key) => createHmac('sha256', key).update(input).digest('base64url'),
    verify: (input, signature, key) => {
      const expected = createHmac('sha256', key).update(input).digest('base64url')
      return (
        signature.length === expected.length &&
        timingSafeEqual(Buffer.from(signature, 'latin1'), Buffer.from(expected, 'latin1'))
      )
    },
  },
  PS256: signatureScheme('sha256', ps256),
  RS256: signatureScheme('sha256', {}),
}

/** Synchronous on purpose: WebCrypto would wait on the thread pool, behind whoever hashes there. */
function signatureScheme(digest: 'sha256' | null, how: object): Scheme {
  return {
    sign: (input, key) =>
      sign(digest, Buffer.from(input, 'latin1'), { key, ...how }).toString('base64url'),
    verify: (input, signature, key) =>
      verify(
        digest,
        Buffer.from(input, 'latin1'),
        { key, ...how },
        Buffer.from(signature, 'base64url'),
      ),
  }
}

export function isAlgorithm(text: unknown): text is Algorithm {
  return (algorithms as readonly unknown[]).includes(text)
}
