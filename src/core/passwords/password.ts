import type { Brand } from '../../kernel/brand.ts'

/** A self-describing hash: scheme, parameters, salt and digest in one string (PHC or modular crypt). */
export type PasswordHash = Brand<string, 'PasswordHash'>
