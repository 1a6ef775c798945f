import type { Brand } from '../../kernel/brand.ts'
import { type Duration, type Instant, seconds } from '../../kernel/clock.ts'
import { equalInConstantTime, hmacSha1 } from '../../kernel/digest.ts'
import type { Random } from '../../kernel/random.ts'

/** Six ASCII digits. */
export type TotpCode = Brand<string, 'TotpCode'>

/** How many steps before and after its own a code is accepted: clocks of phones are wrong, and typing takes a while. */
export type Drift = 0 | 1 | 2

/** RFC 6238 5.2 recommends one at most for the way of a code to the server; a second one is for bad clocks. */
export const usualDrift: Drift = 1

/** What every authenticator app takes for granted, and some take whatever they are told. */
const period: Duration = seconds(30)
const digits = 6

/** The length of the hash (RFC 4226 4, R6: 128 bits at least, 160 recommended). */
const secretBytes = 20

export function newTotpSecret(random: Random): Uint8Array {
  return random.bytes(secretBytes)
}

/** The number of the 30 seconds that `now` lies in, counted from 1970 (RFC 6238 4.2). */
export function stepAt(now: Instant): number {
  return Math.floor(now / period)
}

/** The code that an app shows during this step (RFC 4226 5.3). */
export function codeOf(secret: Uint8Array, step: number): TotpCode {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = Buffer.from(hmacSha1(secret, counter))
  const offset = hash.readUInt8(hash.length - 1) & 0xf
  const number = (hash.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** digits
  return number.toString().padStart(digits, '0') as TotpCode
}

/**
 * The step whose code this is, of those that are accepted at `now`. Every one of them is computed and compared,
 * so that the time taken tells neither whether nor where. Of two steps with the same code it is the newer one:
 * spending that spends both, and no text is accepted twice.
 */
export function matchingStep(
  secret: Uint8Array,
  code: TotpCode,
  now: Instant,
  drift: Drift = usualDrift,
): number | undefined {
  const given = Buffer.from(code)
  const present = stepAt(now)
  let found: number | undefined
  for (let step = Math.max(present - drift, 0); step <= present + drift; step++) {
    const isThis = equalInConstantTime(Buffer.from(codeOf(secret, step)), given)
    found = isThis ? step : found
  }
  return found
}

/** Nobody types more, blanks included. */
const longestTyped = 32

/**
 * A code as it was typed. Apps show it in groups, so blanks are no mistake; anything else that is not a digit of
 * ASCII is: other digits and numbers mean the same to some readers, and a code has one spelling.
 */
export function readTotpCode(typed: unknown): TotpCode | undefined {
  if (typeof typed !== 'string' || typed.length > longestTyped) return undefined
  const text = typed.replace(/[ \t]/g, '')
  return /^[0-9]{6}$/.test(text) ? (text as TotpCode) : undefined
}
