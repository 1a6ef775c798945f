import { randomFillSync } from 'node:crypto'

/** Port to the CSPRNG: everything secret or unique starts here (OWASP ASVS 5.0, 11.5.1). */
export interface Random {
  bytes(count: number): Uint8Array
}

export const systemRandom: Random = {
  bytes: (count) => randomFillSync(new Uint8Array(count)),
}

/** Random text safe in URLs, cookies and file names: 32 bytes make 43 characters, 16 make 22. */
export function urlSafe(random: Random, bytes: number): string {
  return Buffer.from(random.bytes(bytes)).toString('base64url')
}

/**
 * A public identifier, such as `acc_` and 22 characters (128 random bits).
 * It names a thing and opens nothing: never use it as a secret.
 */
export function publicId(random: Random, prefix: string): string {
  return `${prefix}_${urlSafe(random, 16)}`
}
