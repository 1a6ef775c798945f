import { createPrivateKey, createPublicKey, createSecretKey } from 'node:crypto'
import { TokenKeyError } from './errors.ts'
import { type KeyOptions, keyOf, type TokenKey } from './key.ts'

/**
 * Takes a key from PEM: a public key (SPKI), or a private one (PKCS #8, SEC 1 or PKCS #1) that is not encrypted.
 *
 * @throws {TokenKeyError} It cannot be used; `reason` says why.
 */
export function importPem(pem: string, options: KeyOptions = {}): TokenKey {
  const text = pem.trim()
  // A certificate would be taken for the key in it, though nobody has looked at what it certifies.
  if (!/^-----BEGIN (?:(?:EC |RSA )?PRIVATE|PUBLIC) KEY-----/.test(text)) {
    throw new TokenKeyError('malformed')
  }
  const isPrivate = /^-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)
  try {
    const signing = isPrivate ? createPrivateKey(text) : undefined
    return keyOf(createPublicKey(signing ?? text), signing, options)
  } catch (error) {
    // What OpenSSL has to say of a key may quote it.
    throw error instanceof TokenKeyError ? error : new TokenKeyError('malformed')
  }
}

/** The public key as PEM (SPKI), to show to whoever verifies. */
export function exportPem({ algorithm, verifying }: TokenKey): string {
  if (algorithm === 'HS256') throw new TokenKeyError('unknown_kind')
  return verifying.export({ type: 'spki', format: 'pem' }) as string
}

/** The private key as PEM (PKCS #8): whoever has it can sign. */
export function exportPrivatePem({ algorithm, signing }: TokenKey): string {
  if (algorithm === 'HS256') throw new TokenKeyError('unknown_kind')
  if (!signing) throw new TokenKeyError('not_private')
  return signing.export({ type: 'pkcs8', format: 'pem' }) as string
}

/**
 * Takes a secret for HS256: 32 bytes or more, all of them random (RFC 7518, 3.2). Whoever can verify with it
 * can also sign.
 *
 * @throws {TokenKeyError} It is too short, or a sample that everybody knows.
 *
 * @example
 * const key = importSecret(Buffer.from(process.env.TOKEN_SECRET, 'base64url'))
 */
export function importSecret(
  secret: Uint8Array,
  options: Omit<KeyOptions, 'algorithm'> = {},
): TokenKey {
  const key = createSecretKey(secret)
  return keyOf(key, key, { ...options, algorithm: 'HS256' })
}
