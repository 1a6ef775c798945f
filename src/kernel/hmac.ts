import { hash, type KeyObject } from 'node:crypto'

/** Bytes that SHA-256 takes at a time, and gives. */
const [block, digest] = [64, 32]

/** A key, each of its bytes changed in one of two ways. */
interface Padded {
  readonly inner: Buffer
  readonly outer: Buffer
}

/** Where what is hashed is put together: room for 4,096 characters, whatever they are. */
const usual = Buffer.alloc(block + 3 * 4096)

const padded = new WeakMap<Uint8Array | KeyObject, Padded>()

/**
 * HMAC-SHA-256 of a text in UTF-8, in base64url: 43 characters (RFC 2104). As `createHmac`, in little more than half
 * the time: to make the object that it works with takes longer than to hash twice.
 *
 * @param key - Never changed: it is read once.
 */
export function hmacSha256(key: Uint8Array | KeyObject, text: string): string {
  const { inner, outer } = paddedOf(key)
  const room = roomFor(text)
  room.set(inner)
  const end = block + room.write(text, block)
  const within = hash('sha256', room.subarray(0, end), 'binary')
  room.set(outer)
  room.write(within, block, 'latin1')
  return hash('sha256', room.subarray(0, block + digest), 'base64url')
}

/** No character takes more than three bytes for each of its places. */
function roomFor(text: string): Buffer {
  return 3 * text.length <= usual.length - block
    ? usual
    : Buffer.alloc(block + Buffer.byteLength(text))
}

function paddedOf(key: Uint8Array | KeyObject): Padded {
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
function secretOf(key: Uint8Array | KeyObject): Uint8Array {
  const secret = key instanceof Uint8Array ? key : key.export()
  return secret.byteLength > block ? hash('sha256', secret, 'buffer') : secret
}
