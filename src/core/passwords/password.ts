import type { Brand } from '../../kernel/brand.ts'

/** A self-describing hash: scheme, parameters, salt and digest in one string (PHC or modular crypt). */
export type PasswordHash = Brand<string, 'PasswordHash'>

/** A hash as it is kept. */
export interface StoredPassword {
  readonly hash: PasswordHash
  /** `nfc` when it was made here, of the composed form; an imported hash may be of any. */
  readonly normalForm: 'nfc' | undefined
}
