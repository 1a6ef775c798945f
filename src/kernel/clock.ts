import type { Brand } from './brand.ts'

/** A point in time: milliseconds since 1970-01-01T00:00:00Z. The only form of time in core and stores. */
export type Instant = Brand<number, 'Instant'>

/** A length of time in milliseconds. */
export type Duration = Brand<number, 'Duration'>

/** Port to the time of day. Core never reads the time by itself, so tests never sleep. */
export interface Clock {
  now(): Instant
}

export const systemClock: Clock = {
  now: () => Date.now() as Instant,
}

export function milliseconds(count: number): Duration {
  return count as Duration
}

export function seconds(count: number): Duration {
  return (count * 1000) as Duration
}

export function minutes(count: number): Duration {
  return seconds(count * 60)
}

export function plus(start: Instant, duration: Duration): Instant {
  return (start + duration) as Instant
}

export function before(end: Instant, duration: Duration): Instant {
  return (end - duration) as Instant
}

export function between(start: Instant, end: Instant): Duration {
  return (end - start) as Duration
}

export function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b
}

/** Reads an ISO 8601 time; for tests and configuration, where a time is written by hand. */
export function instantOf(iso: string): Instant {
  const parsed = Date.parse(iso)
  if (Number.isNaN(parsed)) throw new TypeError('not an ISO 8601 time')
  return parsed as Instant
}
