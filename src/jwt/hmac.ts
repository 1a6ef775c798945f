import { hash, type KeyObject } from 'node:crypto'
import { maxTokenLength } from './compact.ts'

/** Bytes that SHA-256 takes at a time, and gives. */
const [block, digest] = [64, 32]

/** A key, each of its bytes changed in one of two ways. */
interface Padded {
  readonly inner: Buffer
  readonly outer: Buffer
}

/** Where what is hashed is put together. */
const room = Buffer.alloc(block + maxTokenLength)

const padded = new WeakMap<KeyObject, Padded>()

/**
 * HMAC-SHA-256 of a text of ASCII, in base64url (RFC 2104). As `createHmac`, in little more than half the time:
 * to make the object that it works with takes longer than to hash twice.
 */
export function hmac(key: KeyObject, text: string): string {
  if (text.length > maxTokenLength) throw new RangeError('longer than any token')
  const { inner, outer } = paddedOf(key)
  room.set(inner)
  const end = block + room.write(text, block, 'latin1')
  const within = hash('sha256', room.subarray(0, end), 'binary')
  room.set(outer)
  room.write(within, block, 'latin1')
  return hash('sha256', room.subarray(0, block + digest), 'base64url')
}

function paddedOf(key: KeyObject): Padded {
  const known = padded.get(key)
  if (known) return known
  const made = { inner: Buffer.alloc(block), outer: Buffer.alloc(block) }
  const secret = secretOf(key)
  for (let at = 0; at < block; at++) {
    const byte = secret[at] ?? 0
    made.inner[at] = byte ^ 0x36
    made.outer[at] = byte ^ 0x5c
  }
  padded.set(key, made)
  return made
}

/** A key that is longer than a block is hashed first. */
function secretOf(key: KeyObject): Uint8Array {
  const secret = key.export()
  return secret.byteLength > block ? hash('sha256', secret, 'buffer') : secret
}
