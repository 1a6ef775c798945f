import { createPublicKey } from 'node:crypto'
import { decodeWhole, type Library } from './library.ts'

/**
 * Algorithms by their number in COSE, in the order that is preferred: EdDSA, ES256, RS256 (RFC 9053, RFC 8812).
 * The third is for Windows Hello on old TPMs.
 */
export const coseAlgorithms = [-8, -7, -257] as const

export type CoseAlgorithm = (typeof coseAlgorithms)[number]

/** What is longer costs time at every sign-in. */
const [minModulusBits, maxModulusBits] = [2048, 4096]

/**
 * The algorithm of a credential's public key (WebAuthn Level 3, 5.8.5 and 6.5.1); `undefined` unless the key is
 * one for it, with every member that it needs and no other: so none that is private, and no hint to read it
 * otherwise. The library compares `alg` alone, and would verify a P-521 key, or RSA with 512 bits.
 *
 * @throws {Error} It is no CBOR, or no point of the curve.
 */
export function algorithmOfKey(
  library: Library,
  key: Uint8Array<ArrayBuffer>,
): CoseAlgorithm | undefined {
  const members = decodeWhole(library, key)
  if (!(members instanceof Map)) return undefined
  const [kty, alg] = [1, 3].map((label) => members.get(label))
  // The other labels mean something else for each type: crv, x and y, or n and e (RFC 9053, 7; RFC 8230, 4).
  const [first, second, third] = [-1, -2, -3].map((label) => members.get(label))
  if (kty === 1 && alg === -8 && members.size === 4)
    return first === 6 && isEd25519(second) ? alg : undefined
  if (kty === 2 && alg === -7 && members.size === 5)
    return first === 1 && isP256(second, third) ? alg : undefined
  if (kty === 3 && alg === -257 && members.size === 4) return isRsa(first, second) ? alg : undefined
  return undefined
}

function isEd25519(x: unknown): boolean {
  return isBytes(x) && x.byteLength === 32
}

/** A point that is compressed has a sign for its y, which WebAuthn Level 3, 5.8.5 forbids. */
function isP256(x: unknown, y: unknown): boolean {
  if (!isBytes(x) || !isBytes(y) || x.byteLength !== 32 || y.byteLength !== 32) return false
  createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: spelt(x), y: spelt(y) }, format: 'jwk' })
  return true
}

function isRsa(n: unknown, e: unknown): boolean {
  if (!isBytes(n) || !isBytes(e)) return false
  // Numbers are as short as can be (RFC 8230, 4), so that one key has one spelling.
  if (n[0] === 0 || e[0] === 0) return false
  const { asymmetricKeyDetails: details } = createPublicKey({
    key: { kty: 'RSA', n: spelt(n), e: spelt(e) },
    format: 'jwk',
  })
  const { modulusLength: bits = 0, publicExponent: exponent = 0n } = details ?? {}
  // An exponent of 1 would make every text its own signature; long ones cost time (NIST SP 800-56B, 6.2: odd,
  // from 2^16 + 1). 32 bits are what every library takes.
  const isSane = exponent >= 65_537n && exponent < 2n ** 32n && exponent % 2n === 1n
  return isSane && bits >= minModulusBits && bits <= maxModulusBits
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array
}

function spelt(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
