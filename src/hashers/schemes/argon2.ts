import { type Algorithm, hashRawSync, type Version } from '@node-rs/argon2'
import { phc64 } from '../bytes.ts'
import { makingScheme, storedDigest } from '../define.ts'
import type { MakingScheme, StoredHash } from '../scheme.ts'

export type Argon2Cost = {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
}

export type Argon2Type = 'argon2d' | 'argon2i' | 'argon2id'

/** The parts of an argon2 hash, whatever form they came in. */
export interface Argon2Parts {
  readonly type: Argon2Type
  readonly version: 16 | 19
  readonly cost: Argon2Cost
  readonly salt: Uint8Array
  readonly digest: Uint8Array
}

/** OWASP's first choice: 19 MiB, two passes, one lane (ASVS 5.0, 11.4.2). */
export const argon2id: MakingScheme<Argon2Cost> = argon2('argon2id')
export const argon2i: MakingScheme<Argon2Cost> = argon2('argon2i')
export const argon2d: MakingScheme<Argon2Cost> = argon2('argon2d')

function argon2(type: Argon2Type): MakingScheme<Argon2Cost> {
  return makingScheme<Argon2Cost>({
    name: type,
    saltBytes: 16,
    saltRange: [8, 64],
    digestBytes: 32,
    defaultCost: { memory: 19_456, passes: 2, lanes: 1 },
    isAcceptable: isWithinBounds,
    // More lanes are a matter of the machine, not of strength.
    memoryOf: ({ memory }) => memory * 1024,
    strength: ['memory', 'passes'],
    derive: (password, salt, cost) => derive(password, { type, version: 19, cost, salt }, 32),
    format: (salt, digest, { memory, passes, lanes }) =>
      `$${type}$v=19$m=${memory},t=${passes},p=${lanes}$${phc64.encode(salt)}$${phc64.encode(digest)}`,
    read(text) {
      const match = shape.exec(text)
      if (!match || match[1] !== type) return undefined
      const [memory, passes, lanes] = match.slice(3, 6).map(Number) as [number, number, number]
      const salt = phc64.decode(match[6] as string)
      const digest = phc64.decode(match[7] as string)
      // Version 16 was written without `v=` before there was another one.
      const version = match[2] === '19' ? 19 : 16
      const cost = { memory, passes, lanes }
      return salt && digest && readArgon2(type, { type, version, cost, salt, digest })
    },
  })
}

/**
 * Canonical numbers only, each parameter once and in the order of the standard. Libraries accept more
 * (`m=+256`, `0x100`, doubled and unknown parameters), and what has two readings can be abused.
 * `keyid` and `data` are refused: nobody's hashes carry them, and both would change the digest.
 */
const shape =
  /^\$(argon2(?:id|i|d))\$(?:v=(16|19)\$)?m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/

/** Beyond these a stored hash is an attack on this server, not a password (1 GiB, 10 passes, 16 lanes). */
const most: Argon2Cost = { memory: 1024 * 1024, passes: 10, lanes: 16 }

function isWithinBounds({ memory, passes, lanes }: Argon2Cost): boolean {
  if (memory > most.memory || passes > most.passes || lanes > most.lanes) return false
  // RFC 9106, 3.1: at least eight blocks in each lane.
  return passes >= 1 && lanes >= 1 && memory >= 8 * lanes
}

/** `undefined` beyond the bounds. Sizes as in the PHC string format, salts of up to 64 bytes beside. */
export function readArgon2(scheme: string, parts: Argon2Parts): StoredHash | undefined {
  const { cost, version, salt, digest } = parts
  if (!isWithinBounds(cost)) return undefined
  if (salt.byteLength < 8 || salt.byteLength > 64) return undefined
  if (digest.byteLength < 12 || digest.byteLength > 64) return undefined
  return storedDigest({
    scheme,
    cost,
    outdated: version === 16,
    digest,
    derive: (password) => derive(password, parts, digest.byteLength),
  })
}

function derive(password: Uint8Array, parts: Omit<Argon2Parts, 'digest'>, size: number): Buffer {
  return hashRawSync(password, {
    algorithm: algorithms[parts.type],
    version: versions[parts.version],
    memoryCost: parts.cost.memory,
    timeCost: parts.cost.passes,
    parallelism: parts.cost.lanes,
    outputLen: size,
    salt: parts.salt,
  })
}

// The package declares these as ambient const enums, which type stripping cannot inline.
const algorithms = {
  argon2d: 0 as Algorithm.Argon2d,
  argon2i: 1 as Algorithm.Argon2i,
  argon2id: 2 as Algorithm.Argon2id,
}
const versions = { 16: 0 as Version.V0x10, 19: 1 as Version.V0x13 }
