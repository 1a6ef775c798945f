import { hashSync } from 'bcrypt'
import { bcrypt64 } from '../bytes.ts'
import { makingScheme, storedDigest } from '../define.ts'
import type { HashRefusal, MakingScheme } from '../scheme.ts'

export type BcryptCost = {
  /** Binary logarithm of the rounds. */
  readonly cost: number
}

/** ASVS 5.0, 11.4.2 asks for 10; 12 is the usual one. */
export const defaultBcryptCost: BcryptCost = { cost: 12 }

const shape = /^\$2([abxy])\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/

/** Two seconds or so; beyond it a stored hash is an attack on this server, not a password. */
export const maxStoredBcryptCost = 15

/**
 * bcrypt sees 72 bytes of a password and, as written in C, none after a NUL. Its libraries cut there in
 * silence; here such a password is never hashed and never matches.
 */
function refuses(password: Uint8Array): HashRefusal | undefined {
  if (password.byteLength > 72) return 'password_too_long'
  return password.includes(0) ? 'password_with_nul' : undefined
}

/** Makes `$2b$`. `$2a$`, `$2b$` and `$2y$` are one algorithm under the names of those who fixed bugs in it. */
export const bcrypt: MakingScheme<BcryptCost> = makingScheme<BcryptCost>({
  name: 'bcrypt',
  saltBytes: 16,
  digestBytes: 23,
  defaultCost: defaultBcryptCost,
  isAcceptable: isMakeableBcryptCost,
  refuses,
  memoryOf: () => 4096,
  strength: ['cost'],
  derive: (password, salt, { cost }) => deriveBcrypt(password, salt, cost),
  format: (salt, digest, { cost }) => setting(salt, cost) + bcrypt64.encode(digest),
  read(text, { mostBcrypt }) {
    const match = shape.exec(text)
    if (!match) return undefined
    const cost = Number(match[2])
    const salt = bcrypt64.decode(match[3] as string)
    const digest = bcrypt64.decode(match[4] as string)
    if (!isStoredBcryptCost(cost, mostBcrypt) || !salt || !digest) return undefined
    // `$2x$` comes from a PHP that extended the sign of bytes above 127 (CVE-2011-2483): many passwords
    // share a hash there. Without such bytes it is `$2b$`; with them it must not be believed.
    const buggy = match[1] === 'x'
    return storedDigest({
      scheme: 'bcrypt',
      cost: { cost },
      outdated: buggy,
      digest,
      derive(password) {
        if (refuses(password) || (buggy && password.some((byte) => byte > 127))) return undefined
        return deriveBcrypt(password, salt, cost)
      },
    })
  },
})

export function isMakeableBcryptCost({ cost }: BcryptCost): boolean {
  return cost >= 4 && cost <= 31
}

export function isStoredBcryptCost(cost: number, own = 0): boolean {
  return cost >= 4 && cost <= 31 && cost <= Math.max(maxStoredBcryptCost, own)
}

/** `password` must hold no NUL and at most 72 bytes. */
export function deriveBcrypt(password: Uint8Array, salt: Uint8Array, cost: number): Uint8Array {
  const text = hashSync(Buffer.from(password), setting(salt, cost))
  return bcrypt64.decode(text.slice(-31)) as Uint8Array
}

function setting(salt: Uint8Array, cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${bcrypt64.encode(salt)}`
}
