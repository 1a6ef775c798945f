import { createCipheriv } from 'node:crypto'
import { base64 } from '../bytes.ts'
import { scheme, storedDigest } from '../define.ts'
import type { Scheme } from '../scheme.ts'
import { deriveScrypt, isScryptCost } from './scrypt.ts'

const shape =
  /^\$firebase-scrypt\$ln=([1-9]\d?),r=([1-9]\d?)\$([A-Za-z0-9+/=]{1,128})\$([A-Za-z0-9+/=]{0,24})\$([A-Za-z0-9+/=]{86,88})\$([A-Za-z0-9+/=]{86,88})$/

/**
 * Firebase Authentication: scrypt makes a key, and what is kept is the project's signer key encrypted
 * with it (https://github.com/firebase/scrypt). Firebase keeps the project's parameters apart from its
 * users; ours is one string that stands alone, with the values exactly as exported (`mem_cost` is `ln`,
 * `rounds` is `r`):
 *
 * `$firebase-scrypt$ln=14,r=8$<salt>$<base64_salt_separator>$<base64_signer_key>$<passwordHash>`
 */
export const firebaseScrypt: Scheme = scheme('firebase_scrypt', 'import', (text) => {
  const match = shape.exec(text)
  if (!match) return undefined
  const [salt, separator, signerKey, digest] = match.slice(3).map((part) => base64.decode(part))
  if (!salt || !separator || !signerKey || digest?.byteLength !== signerKey.byteLength) {
    return undefined
  }
  const cost = { ln: Number(match[1]), r: Number(match[2]), p: 1 }
  if (!isScryptCost(cost)) return undefined
  const fullSalt = Buffer.concat([salt, separator])
  return storedDigest({
    scheme: 'firebase_scrypt',
    cost,
    digest,
    derive(password) {
      const key = deriveScrypt(password, fullSalt, cost, 32)
      // The counter starts at zero: the key is new for each salt.
      return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(signerKey)
    },
  })
})
