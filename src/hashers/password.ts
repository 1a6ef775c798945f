import { Buffer } from 'node:buffer'
import type { HashRefusal, Password } from './scheme.ts'

/**
 * Some schemes' work grows with the square of the length; passlib has the same bound. The core's own
 * bound is lower, and this library is also used alone.
 */
const maxPasswordBytes = 4096

/** UTF-8. `undefined` for what has no hash: a lone surrogate would share one with every other. */
export function bytesOf(password: Password): Buffer | undefined {
  return passwordRefusal(password) ? undefined : Buffer.from(password)
}

export function passwordRefusal(password: Password): HashRefusal | undefined {
  if (typeof password === 'string' && !password.isWellFormed()) return 'password_not_unicode'
  return Buffer.byteLength(password) > maxPasswordBytes ? 'password_too_long' : undefined
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text behind bytes, for the schemes that hash characters; `undefined` when it is none. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** UTF-8 of the compatibility form (NFKC), where a format composes before it hashes. */
export function nfkc(bytes: Uint8Array): Buffer | undefined {
  const text = textOf(bytes)
  return text === undefined ? undefined : Buffer.from(text.normalize('NFKC'))
}
