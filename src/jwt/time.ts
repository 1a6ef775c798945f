import { systemClock } from '../kernel/clock.ts'

/** Tells the time, in milliseconds since 1970-01-01T00:00:00Z. */
export interface TokenClock {
  now(): number
}

/** Whole or not; as JWTs have it (RFC 7519, 2). */
export function epochSeconds(clock: TokenClock = systemClock): number {
  return clock.now() / 1000
}
