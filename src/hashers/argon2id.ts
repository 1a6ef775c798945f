import { timingSafeEqual } from 'node:crypto'
import { type Algorithm, hashRawSync, type Version } from '@node-rs/argon2'
import { type Argon2Cost, formatArgon2id, parseArgon2id } from './phc.ts'

/** OWASP's first choice: 19 MiB, two passes, one lane (ASVS 5.0, 11.4.2). */
export const defaultCost: Argon2Cost = { memory: 19_456, passes: 2, lanes: 1 }

export const saltBytes = 16
export const digestBytes = 32

/** Blocks the calling thread for as long as the cost says. */
export function hashArgon2id(password: string, salt: Uint8Array, cost: Argon2Cost): string {
  return formatArgon2id({ cost, salt, digest: digestOf(password, salt, cost, digestBytes) })
}

/** Blocks the calling thread; anything that is not an acceptable argon2id string is `false` at once. */
export function verifyArgon2id(password: string, text: string): boolean {
  const stored = parseArgon2id(text)
  if (!stored) return false
  const { cost, salt, digest } = stored
  return timingSafeEqual(digestOf(password, salt, cost, digest.byteLength), digest)
}

function digestOf(password: string, salt: Uint8Array, cost: Argon2Cost, length: number): Buffer {
  return hashRawSync(password, {
    algorithm: argon2id,
    version: version19,
    memoryCost: cost.memory,
    timeCost: cost.passes,
    parallelism: cost.lanes,
    outputLen: length,
    salt,
  })
}

// The package declares these as ambient const enums, which type stripping cannot inline.
const argon2id = 2 as Algorithm.Argon2id
const version19 = 1 as Version.V0x13
