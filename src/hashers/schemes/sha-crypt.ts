import { createHash, hash } from 'node:crypto'
import { crypt64 } from '../bytes.ts'
import { scheme, storedDigest } from '../define.ts'
import type { Scheme } from '../scheme.ts'

// Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", https://www.akkadia.org/drepper/SHA-crypt.txt

type Algorithm = 'sha256' | 'sha512'

/** The order in which the bytes of the last digest are written. */
const orders = {
  sha256: [
    20, 10, 0, 11, 1, 21, 2, 22, 12, 23, 13, 3, 14, 4, 24, 5, 25, 15, 26, 16, 6, 17, 7, 27, 8, 28,
    18, 29, 19, 9, 30, 31,
  ],
  sha512: [
    42, 21, 0, 1, 43, 22, 23, 2, 44, 45, 24, 3, 4, 46, 25, 26, 5, 47, 48, 27, 6, 7, 49, 28, 29, 8,
    50, 51, 30, 9, 10, 52, 31, 32, 11, 53, 54, 33, 12, 13, 55, 34, 35, 14, 56, 57, 36, 15, 16, 58,
    37, 38, 17, 59, 60, 39, 18, 19, 61, 40, 41, 20, 62, 63,
  ],
}

const impliedRounds = 5000
const minRounds = 1000
const maxRounds = 1_000_000

export const sha256Crypt: Scheme = shaCrypt('sha256', '5', 43)
export const sha512Crypt: Scheme = shaCrypt('sha512', '6', 86)

function shaCrypt(algorithm: Algorithm, ident: string, characters: number): Scheme {
  const name = `${algorithm}_crypt`
  const shape = new RegExp(
    `^\\$${ident}\\$(?:rounds=([1-9]\\d{3,6})\\$)?([./A-Za-z0-9]{0,16})\\$([./A-Za-z0-9]{${characters}})$`,
  )
  return scheme(name, 'import', (text) => {
    const match = shape.exec(text)
    const digest = match && crypt64.decode(match[3] as string)
    if (!match || !digest) return undefined
    const rounds = match[1] ? Number(match[1]) : impliedRounds
    if (rounds < minRounds || rounds > maxRounds) return undefined
    const salt = Buffer.from(match[2] as string)
    return storedDigest({
      scheme: name,
      cost: { rounds },
      digest,
      derive(password) {
        const made = derive(algorithm, password, salt, rounds)
        return Buffer.from(orders[algorithm].map((index) => made[index] as number))
      },
    })
  })
}

/** Steps 1 to 21 of the specification. */
function derive(
  algorithm: Algorithm,
  password: Uint8Array,
  salt: Uint8Array,
  rounds: number,
): Buffer {
  const b = hash(algorithm, Buffer.concat([password, salt, password]), 'buffer')
  const a = createHash(algorithm).update(password).update(salt)
  a.update(repeatedTo(password.length, b))
  for (let bits = password.length; bits > 0; bits >>= 1) a.update(bits & 1 ? b : password)
  let c = a.digest()

  const dp = createHash(algorithm)
  for (let i = 0; i < password.length; i++) dp.update(password)
  const p = repeatedTo(password.length, dp.digest())
  const ds = createHash(algorithm)
  for (let i = 0; i < 16 + (c[0] as number); i++) ds.update(salt)
  const s = repeatedTo(salt.length, ds.digest())

  for (let round = 0; round < rounds; round++) {
    const parts = [round & 1 ? p : c]
    if (round % 3) parts.push(s)
    if (round % 7) parts.push(p)
    parts.push(round & 1 ? c : p)
    c = hash(algorithm, Buffer.concat(parts), 'buffer')
  }
  return c
}

function repeatedTo(length: number, digest: Buffer): Buffer {
  return Buffer.alloc(length, digest)
}
