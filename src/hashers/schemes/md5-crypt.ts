import { createHash, hash } from 'node:crypto'
import { crypt64 } from '../bytes.ts'
import { scheme, storedDigest } from '../define.ts'
import type { Scheme } from '../scheme.ts'

/** FreeBSD's crypt(3) of 1994; also Cisco's type 5. */
export const md5Crypt: Scheme = variant('md5_crypt', '$1$')

/** Apache's `htpasswd -m`: the same with another name inside. */
export const aprMd5Crypt: Scheme = variant('apr_md5_crypt', '$apr1$')

const rest = /^([./A-Za-z0-9]{0,8})\$([./A-Za-z0-9]{22})$/

/** The order in which the bytes of the last digest are written. */
const order = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11]

function variant(name: string, magic: '$1$' | '$apr1$'): Scheme {
  return scheme(name, 'legacy', (text) => {
    const match = text.startsWith(magic) && rest.exec(text.slice(magic.length))
    const digest = match && crypt64.decode(match[2] as string)
    if (!match || !digest) return undefined
    const salt = Buffer.from(match[1] as string)
    return storedDigest({
      scheme: name,
      digest,
      derive(password) {
        const made = derive(password, salt, magic)
        return Buffer.from(order.map((index) => made[index] as number))
      },
    })
  })
}

function derive(password: Uint8Array, salt: Uint8Array, magic: string): Buffer {
  const b = hash('md5', Buffer.concat([password, salt, password]), 'buffer')
  const a = createHash('md5').update(password).update(magic).update(salt)
  a.update(Buffer.alloc(password.length, b))
  // A slip of the original, kept ever since: a zero where the digest was meant.
  const first = password.subarray(0, 1)
  for (let bits = password.length; bits > 0; bits >>= 1) a.update(bits & 1 ? zero : first)
  let c = a.digest()

  for (let round = 0; round < 1000; round++) {
    const parts = [round & 1 ? password : c]
    if (round % 3) parts.push(salt)
    if (round % 7) parts.push(password)
    parts.push(round & 1 ? c : password)
    c = hash('md5', Buffer.concat(parts), 'buffer')
  }
  return c
}

const zero = Buffer.alloc(1)
