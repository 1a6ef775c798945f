import { pbkdf2Sync } from 'node:crypto'
import { ab64 } from '../bytes.ts'
import { makingScheme, storedDigest } from '../define.ts'
import type { MakingScheme, StoredHash } from '../scheme.ts'

export type Pbkdf2Cost = { readonly rounds: number }

export type Pbkdf2Prf = keyof typeof prfBytes

export const prfBytes = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const

/** The parts of a PBKDF2 hash, whatever form they came in. */
export interface Pbkdf2Parts {
  readonly prf: Pbkdf2Prf
  readonly rounds: number
  readonly salt: Uint8Array
  readonly digest: Uint8Array
}

/** Default rounds: OWASP's password storage cheat sheet. */
export const pbkdf2Sha1: MakingScheme<Pbkdf2Cost> = pbkdf2('sha1', '$pbkdf2$', 1_300_000)
export const pbkdf2Sha256: MakingScheme<Pbkdf2Cost> = pbkdf2('sha256', '$pbkdf2-sha256$', 600_000)
export const pbkdf2Sha512: MakingScheme<Pbkdf2Cost> = pbkdf2('sha512', '$pbkdf2-sha512$', 210_000)

const rest = /^([1-9]\d{0,7})\$([./A-Za-z0-9]{0,1366})\$([./A-Za-z0-9]{27,86})$/

/** passlib's form. */
function pbkdf2(
  prf: 'sha1' | 'sha256' | 'sha512',
  prefix: string,
  rounds: number,
): MakingScheme<Pbkdf2Cost> {
  const name = `pbkdf2_${prf}`
  return makingScheme<Pbkdf2Cost>({
    name,
    saltBytes: 16,
    saltRange: [8, 64],
    digestBytes: prfBytes[prf],
    defaultCost: { rounds },
    isAcceptable: (cost) => cost.rounds >= 1 && cost.rounds <= maxBlocks,
    memoryOf: () => 1024,
    strength: ['rounds'],
    derive: (password, salt, cost) => pbkdf2Sync(password, salt, cost.rounds, prfBytes[prf], prf),
    format: (salt, digest, cost) =>
      `${prefix}${cost.rounds}$${ab64.encode(salt)}$${ab64.encode(digest)}`,
    read(text) {
      const match = text.startsWith(prefix) && rest.exec(text.slice(prefix.length))
      if (!match) return undefined
      const salt = ab64.decode(match[2] as string)
      const digest = ab64.decode(match[3] as string)
      if (!salt || digest?.byteLength !== prfBytes[prf]) return undefined
      return readPbkdf2(name, { prf, rounds: Number(match[1]), salt, digest })
    },
  })
}

/** Rounds, times the blocks of a digest that is longer than the hash: each block costs all rounds. */
const maxBlocks = 10_000_000

/** `undefined` beyond the bounds. */
export function readPbkdf2(scheme: string, parts: Pbkdf2Parts): StoredHash | undefined {
  const { prf, rounds, salt, digest } = parts
  const size = digest.byteLength
  if (size < 16 || size > 128 || !Number.isSafeInteger(rounds) || rounds < 1) return undefined
  if (rounds * Math.ceil(size / prfBytes[prf]) > maxBlocks) return undefined
  return storedDigest({
    scheme,
    cost: { rounds },
    digest,
    derive: (password) => pbkdf2Sync(password, salt, rounds, size, prf),
  })
}
