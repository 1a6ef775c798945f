/** An argon2 hash string taken apart: `$argon2id$v=19$m=19456,t=2,p=1$salt$digest`. */
export interface Argon2Hash {
  readonly cost: Argon2Cost
  readonly salt: Uint8Array
  readonly digest: Uint8Array
}

export interface Argon2Cost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
}

/**
 * Canonical numbers only, each parameter once and in the order of the standard. Libraries accept more
 * (`m=+256`, `0x100`, doubled and unknown parameters), and what has two readings can be abused.
 */
const shape =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/

/** Beyond these a stored hash is an attack on this server, not a password (1 GiB, 10 passes, 16 lanes). */
const maxCost: Argon2Cost = { memory: 1024 * 1024, passes: 10, lanes: 16 }

/** Reads a hash string, or `undefined` when it is not one that may be worked on. */
export function parseArgon2id(text: string): Argon2Hash | undefined {
  const match = shape.exec(text)
  if (!match) return undefined
  const [memory, passes, lanes] = match.slice(1, 4).map(Number) as [number, number, number]
  if (memory > maxCost.memory || passes > maxCost.passes || lanes > maxCost.lanes) return undefined
  // RFC 9106, 3.1: at least eight blocks in each lane.
  if (memory < 8 * lanes) return undefined
  const salt = decode(match[4] as string)
  const digest = decode(match[5] as string)
  return salt && digest && { cost: { memory, passes, lanes }, salt, digest }
}

export function formatArgon2id({ cost, salt, digest }: Argon2Hash): string {
  const { memory, passes, lanes } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${encode(salt)}$${encode(digest)}`
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}

/** Only the canonical spelling: decoding and encoding must give the same text again. */
function decode(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return encode(bytes) === text ? bytes : undefined
}
