import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { Brand } from './brand.ts'

/** SHA-256 in base64url: 43 characters, safe as a key in every store. */
export type Digest = Brand<string, 'Digest'>

/**
 * Synchronous on purpose: WebCrypto would queue on the thread pool that password hashing of other
 * libraries may fill, and a session check must never wait behind a password hash.
 */
export function sha256(text: string): Digest {
  return hash('sha256', text, 'base64url') as Digest
}

/**
 * For one-time codes alone: SHA-1 is the only hash that every authenticator app knows. What breaks it are
 * collisions, and an HMAC does not rest on there being none (RFC 4226 B.2, RFC 6194 3.3).
 */
export function hmacSha1(key: Uint8Array, message: Uint8Array): Uint8Array {
  return createHmac('sha1', key).update(message).digest()
}

/**
 * Are these the same bytes? Takes the same time wherever they differ.
 * Different lengths are simply unequal; nothing is thrown (the length of a digest is no secret).
 */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}
