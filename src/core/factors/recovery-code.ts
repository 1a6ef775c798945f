import type { Brand } from '../../kernel/brand.ts'
import { hmacSha256 } from '../../kernel/hmac.ts'
import type { KeyRing } from '../../kernel/key-ring.ts'
import type { Random } from '../../kernel/random.ts'
import type { AccountId } from '../accounts/index.ts'
import { base32, inFours } from './base32.ts'

/** 16 characters of the alphabet, without hyphens. It opens an account: never stored or logged. */
export type RecoveryCode = Brand<string, 'RecoveryCode'>

/** What is stored of a code: without the master key nobody can tell whether a guess is right. */
export type RecoveryCodeHash = Brand<string, 'RecoveryCodeHash'>

/** How many are made at a time. */
export const recoveryCodeCount = 10

/** 80 random bits, 16 characters: above the 64 from which NIST SP 800-63B-4 (3.1.2.2) asks for no limit of attempts. */
const codeBytes = 10

/** Crockford's: no `i`, `l`, `o` and `u`. https://www.crockford.com/base32.html */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** What people read instead, and the only character it can have been. */
const lookAlikes: Readonly<Record<string, string>> = { o: '0', i: '1', l: '1', u: 'v' }

/** Hyphens and blanks of all kinds: word processors and phones put their own. */
const separators = /[\s\p{Dash_Punctuation}\u2212\u00ad\u200b]/gu

/** Nobody types more, separators included. */
const longestTyped = 64

export function newRecoveryCodes(random: Random): RecoveryCode[] {
  return Array.from(
    { length: recoveryCodeCount },
    () => base32(random.bytes(codeBytes), alphabet) as RecoveryCode,
  )
}

/** As it is shown: `xxxx-xxxx-xxxx-xxxx`. */
export function writeRecoveryCode(code: RecoveryCode): string {
  return inFours(code, '-')
}

/** A code as it was typed, in any case and grouping, and with characters mistaken for one another. */
export function readRecoveryCode(typed: unknown): RecoveryCode | undefined {
  if (typeof typed !== 'string' || typed.length > longestTyped) return undefined
  const text = typed
    .replace(separators, '')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[oilu]/g, (letter) => lookAlikes[letter] ?? letter)
  return /^[0-9a-hjkmnp-tv-z]{16}$/.test(text) ? (text as RecoveryCode) : undefined
}

/**
 * The stored forms of a code: the first is the one to store, the others are what it was stored as under older
 * master keys. Bound to the account, so that a row is worth nothing to another one.
 */
export function hashesOfRecoveryCode(
  code: RecoveryCode,
  owner: AccountId,
  keys: KeyRing,
): readonly [RecoveryCodeHash, ...RecoveryCodeHash[]] {
  const [first, ...older] = keys.for('recovery code')
  return [hashUnder(first, code, owner), ...older.map((key) => hashUnder(key, code, owner))]
}

function hashUnder(key: Uint8Array, code: RecoveryCode, owner: AccountId): RecoveryCodeHash {
  // The code comes first: its length is fixed, so no other pair gives the same text.
  return hmacSha256(key, `${code}.${owner}`) as RecoveryCodeHash
}
