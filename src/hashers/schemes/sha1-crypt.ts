import { hash } from 'node:crypto'
import { crypt64 } from '../bytes.ts'
import { scheme, storedDigest } from '../define.ts'
import type { Scheme } from '../scheme.ts'

const shape = /^\$sha1\$([1-9]\d{0,6})\$([./A-Za-z0-9]{0,64})\$([./A-Za-z0-9]{28})$/

const maxRounds = 1_000_000

/** The order in which the bytes of the last digest are written; the first one fills up the end. */
const order = [2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, 14, 13, 12, 17, 16, 15, 0, 19, 18]

/** NetBSD's crypt(3): HMAC-SHA-1 over and over, with the password as the key. */
export const sha1Crypt: Scheme = scheme('sha1_crypt', 'legacy', (text) => {
  const match = shape.exec(text)
  const digest = match && crypt64.decode(match[3] as string)
  const rounds = Number(match?.[1])
  if (!match || !digest || rounds > maxRounds) return undefined
  return storedDigest({
    scheme: 'sha1_crypt',
    cost: { rounds },
    digest,
    derive(password) {
      const hmac = hmacSha1(password)
      let made = hmac(Buffer.from(`${match[2]}$sha1$${rounds}`))
      for (let round = 1; round < rounds; round++) made = hmac(made)
      return Buffer.from(order.map((index) => made[index] as number))
    },
  })
})

const blockBytes = 64

/** RFC 2104, with the key prepared once: `createHmac` would prepare it, and itself, in every round. */
function hmacSha1(key: Uint8Array): (message: Uint8Array) => Buffer {
  const block = Buffer.alloc(blockBytes)
  block.set(key.byteLength > blockBytes ? hash('sha1', key, 'buffer') : key)
  const inner = block.map((byte) => byte ^ 0x36)
  const outer = block.map((byte) => byte ^ 0x5c)
  return (message) => {
    const digest = hash('sha1', Buffer.concat([inner, message]), 'buffer')
    return hash('sha1', Buffer.concat([outer, digest]), 'buffer')
  }
}
