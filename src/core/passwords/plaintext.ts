import { Secret } from '../../kernel/secret.ts'

/** Rules on the text itself, the same at every place that takes a password. */
export type PlaintextRule = 'required' | 'too_long' | 'not_unicode'

/**
 * Far beyond any passphrase, and small enough that a hash of it costs what a hash of `a` costs
 * (ASVS 5.0, 6.2.9; CWE-400).
 */
export const maxPasswordBytes = 1024

/** A password as it is hashed: composed (NFC), bounded, whole. */
export type Plaintext = Secret & {
  /** As it was typed, where that is another form: hashes made elsewhere may be of that one. */
  readonly received?: Secret
}

/** Reads a password as received, or tells the first rule that it breaks. */
export function readPlaintext(text: string): { plaintext: Plaintext } | { broken: PlaintextRule } {
  if (text === '') return { broken: 'required' }
  // A half surrogate has no UTF-8 form: two different passwords would become one.
  if (!text.isWellFormed()) return { broken: 'not_unicode' }
  const normalized = text.normalize('NFC')
  if (Buffer.byteLength(normalized) > maxPasswordBytes) return { broken: 'too_long' }
  const plaintext = new Secret(normalized)
  const received = text === normalized ? {} : { received: new Secret(text) }
  return { plaintext: Object.assign(plaintext, received) }
}
