import { type Duration, type Instant, minutes, plus } from '../../kernel/clock.ts'
import { equalInConstantTime } from '../../kernel/digest.ts'
import { hmacSha256 } from '../../kernel/hmac.ts'
import type { KeyRing } from '../../kernel/key-ring.ts'
import type { Random } from '../../kernel/random.ts'

/** What an authenticator is asked for, and by whom: its answer is good there and nowhere else. */
export interface Ceremony {
  readonly purpose: 'registration' | 'sign_in' | 'factor' | 'confirmation'
  /** The id of the session, the hash of the sign-in that waits, or what the browser was given to be known by. */
  readonly boundTo: string
}

/** Long enough to fetch a security key from another room. */
const challengeLifetime: Duration = minutes(5)

const nonceBytes = 32
const expiryBytes = 6
const macBytes = 32

/**
 * 32 random bytes, the instant at which they expire, and a MAC of both and of what they are for. Nothing is stored
 * of it until it was answered, so asking for challenges costs nobody anything.
 */
export function newChallenge(
  ceremony: Ceremony,
  now: Instant,
  { keys, random }: { readonly keys: KeyRing; readonly random: Random },
): string {
  const expiry = Buffer.alloc(expiryBytes)
  expiry.writeUIntBE(plus(now, challengeLifetime), 0, expiryBytes)
  const body = Buffer.concat([random.bytes(nonceBytes), expiry])
  const [key] = keys.for('passkey challenge')
  return Buffer.concat([body, mac(key, body, ceremony)]).toString('base64url')
}

/** When this challenge expires; `undefined` if it was not made here for this, or has expired. */
export function readChallenge(
  text: string,
  ceremony: Ceremony,
  now: Instant,
  keys: KeyRing,
): Instant | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.byteLength !== nonceBytes + expiryBytes + macBytes) return undefined
  // Node reads many spellings of the same bytes. What is spent has one.
  if (bytes.toString('base64url') !== text) return undefined
  const body = bytes.subarray(0, nonceBytes + expiryBytes)
  const given = bytes.subarray(body.byteLength)
  const isOurs = keys
    .for('passkey challenge')
    .some((key) => equalInConstantTime(given, mac(key, body, ceremony)))
  const expiresAt = body.readUIntBE(nonceBytes, expiryBytes) as Instant
  return isOurs && expiresAt > now ? expiresAt : undefined
}

function mac(key: Uint8Array, body: Buffer, { purpose, boundTo }: Ceremony): Uint8Array {
  // No purpose has a dot, and the body has one length: no other three give the same text.
  const text = `${purpose}.${body.toString('base64url')}.${boundTo}`
  return Buffer.from(hmacSha256(key, text), 'base64url')
}
