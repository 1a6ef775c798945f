import { createHmac, hash } from 'node:crypto'
import { bcrypt64 } from '../bytes.ts'
import { makingScheme, storedDigest } from '../define.ts'
import type { MakingScheme } from '../scheme.ts'
import {
  type BcryptCost,
  defaultBcryptCost,
  deriveBcrypt,
  isMakeableBcryptCost,
  isStoredBcryptCost,
} from './bcrypt.ts'

const firstShape = /^\$bcrypt-sha256\$2[ab],([1-9]\d?)\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/
const secondShape =
  /^\$bcrypt-sha256\$v=2,t=2b,r=([1-9]\d?)\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/

/**
 * passlib's answer to bcrypt's 72 bytes: bcrypt of a digest in base64, which is 44 characters without
 * NUL. The second version keys the digest with the salt, so that digests stolen elsewhere cannot be
 * tried ("password shucking"); the first one is only verified.
 */
export const bcryptSha256: MakingScheme<BcryptCost> = makingScheme<BcryptCost>({
  name: 'bcrypt_sha256',
  saltBytes: 16,
  digestBytes: 23,
  defaultCost: defaultBcryptCost,
  isAcceptable: isMakeableBcryptCost,
  memoryOf: () => 4096,
  strength: ['cost'],
  derive: (password, salt, { cost }) => deriveBcrypt(keyed(password, salt), salt, cost),
  format: (salt, digest, { cost }) =>
    `$bcrypt-sha256$v=2,t=2b,r=${cost}$${bcrypt64.encode(salt)}$${bcrypt64.encode(digest)}`,
  read(text, { mostBcrypt }) {
    const second = secondShape.exec(text)
    const match = second ?? firstShape.exec(text)
    if (!match) return undefined
    const cost = Number(match[1])
    const salt = bcrypt64.decode(match[2] as string)
    const digest = bcrypt64.decode(match[3] as string)
    if (!isStoredBcryptCost(cost, mostBcrypt) || !salt || !digest) return undefined
    const prehash = second ? keyed : unkeyed
    return storedDigest({
      scheme: 'bcrypt_sha256',
      cost: { cost },
      outdated: !second,
      digest,
      derive: (password) => deriveBcrypt(prehash(password, salt), salt, cost),
    })
  },
})

function keyed(password: Uint8Array, salt: Uint8Array): Buffer {
  // The key is the salt as it is written, not its bytes.
  const hmac = createHmac('sha256', bcrypt64.encode(salt)).update(password)
  return Buffer.from(hmac.digest('base64'))
}

function unkeyed(password: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', password, 'base64'))
}
