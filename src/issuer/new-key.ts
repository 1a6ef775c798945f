import type { SigningAlgorithm } from '../core/tokens/index.ts'
import { generateKey, type TokenKey } from '../jwt/index.ts'

/** Makes a key whose id can be typed: at the command line, one that begins with a hyphen would be an option. */
export async function newKey(
  algorithm: SigningAlgorithm,
  make: (algorithm: SigningAlgorithm) => Promise<TokenKey> = generateKey,
): Promise<TokenKey & { readonly id: string }> {
  for (;;) {
    const key = await make(algorithm)
    if (key.id !== undefined && !key.id.startsWith('-')) return { ...key, id: key.id }
  }
}
