import { Secret } from '../../kernel/secret.ts'

/** Rules on the text itself, the same at every place that takes a password. */
export type PlaintextRule = 'required' | 'too_long' | 'not_unicode'

/**
 * Far beyond any passphrase, and small enough that a hash of it costs what a hash of `a` costs
 * (ASVS 5.0, 6.2.9; CWE-400).
 */
export const maxPasswordBytes = 1024

/** A password as it is hashed: NFC, bounded, whole. */
export type Plaintext = Secret<string>

/** Reads a password as received, or tells the first rule that it breaks. */
export function readPlaintext(text: string): { plaintext: Plaintext } | { broken: PlaintextRule } {
  if (text === '') return { broken: 'required' }
  // A half surrogate has no UTF-8 form: two different passwords would become one.
  if (!text.isWellFormed()) return { broken: 'not_unicode' }
  const normalized = text.normalize('NFC')
  if (Buffer.byteLength(normalized) > maxPasswordBytes) return { broken: 'too_long' }
  return { plaintext: new Secret(normalized) }
}
