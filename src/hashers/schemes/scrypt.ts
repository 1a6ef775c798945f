import { scryptSync } from 'node:crypto'
import { crypt64, cryptCharacters, phc64 } from '../bytes.ts'
import { makingScheme, storedDigest } from '../define.ts'
import type { MakingScheme, StoredHash } from '../scheme.ts'

export type ScryptCost = {
  /** Binary logarithm of N. */
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** The parts of an scrypt hash, whatever form they came in. */
export interface ScryptParts {
  readonly cost: ScryptCost
  readonly salt: Uint8Array
  readonly digest: Uint8Array
  /** What the format does to a password first; `undefined` from it matches nothing. */
  readonly prepare?: (password: Uint8Array) => Uint8Array | undefined
}

const phcShape =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{0,1366})\$([A-Za-z0-9+/]{22,86})$/
const sevenShape =
  /^\$7\$([./A-Za-z0-9])([./A-Za-z0-9]{5})([./A-Za-z0-9]{5})([!-#%-~]{0,64})\$([./A-Za-z0-9]{43})$/

/** passlib's form, which is also PHC's; `$7$` of libxcrypt and libsodium is only verified. */
export const scrypt: MakingScheme<ScryptCost> = makingScheme<ScryptCost>({
  name: 'scrypt',
  saltBytes: 16,
  saltRange: [8, 64],
  digestBytes: 32,
  // OWASP: as strong as N = 2^17 with p = 1, in half the memory.
  defaultCost: { ln: 16, r: 8, p: 2 },
  isAcceptable: isScryptCost,
  memoryOf: ({ ln, r }) => 128 * 2 ** ln * r,
  strength: ['ln', 'r', 'p'],
  derive: (password, salt, cost) => deriveScrypt(password, salt, cost, 32),
  format: (salt, digest, { ln, r, p }) =>
    `$scrypt$ln=${ln},r=${r},p=${p}$${phc64.encode(salt)}$${phc64.encode(digest)}`,
  read(text) {
    const match = phcShape.exec(text)
    if (!match) return readSeven(text)
    const [ln, r, p] = match.slice(1, 4).map(Number) as [number, number, number]
    const salt = phc64.decode(match[4] as string)
    const digest = phc64.decode(match[5] as string)
    return salt && digest && readScrypt('scrypt', { cost: { ln, r, p }, salt, digest })
  },
})

function readSeven(text: string): StoredHash | undefined {
  const match = sevenShape.exec(text)
  if (!match) return undefined
  const [ln, r, p] = match.slice(1, 4).map(numberOf) as [number, number, number]
  const digest = crypt64.decode(match[5] as string)
  const salt = Buffer.from(match[4] as string)
  return digest && readScrypt('scrypt', { cost: { ln, r, p }, salt, digest })
}

function numberOf(text: string): number {
  return Array.from(text).reduceRight((sum, digit) => sum * 64 + cryptCharacters.indexOf(digit), 0)
}

const MiB = 1024 * 1024

/**
 * 128 MiB, and with lanes as much work as ten times that. More lanes than ten are let through as long as
 * the work is not more: RFC 7914's own example has sixteen.
 */
export function isScryptCost({ ln, r, p }: ScryptCost): boolean {
  if (ln < 1 || ln > 24 || r < 1 || r > 64 || p < 1 || p > 16) return false
  // RFC 7914, 2: N < 2^(128 * r / 8).
  if (ln >= 16 * r) return false
  const memory = 128 * 2 ** ln * r
  return memory <= 128 * MiB && memory * p <= 1280 * MiB
}

/** Written as N itself in some formats; `NaN`, and so refused, when it is no power of two. */
export function log2Of(n: number): number {
  const exponent = Math.round(Math.log2(n))
  return 2 ** exponent === n ? exponent : Number.NaN
}

/** `undefined` beyond the bounds. */
export function readScrypt(scheme: string, parts: ScryptParts): StoredHash | undefined {
  const { cost, salt, digest, prepare = (password) => password } = parts
  if (!isScryptCost(cost) || digest.byteLength < 16 || digest.byteLength > 64) return undefined
  return storedDigest({
    scheme,
    cost,
    digest,
    derive(password) {
      const prepared = prepare(password)
      return prepared && deriveScrypt(prepared, salt, cost, digest.byteLength)
    },
  })
}

export function deriveScrypt(
  password: Uint8Array,
  salt: Uint8Array,
  { ln, r, p }: ScryptCost,
  size: number,
): Buffer {
  // OpenSSL counts its own buffers beside the 128 * N * r.
  return scryptSync(password, salt, size, { N: 2 ** ln, r, p, maxmem: 160 * MiB })
}
