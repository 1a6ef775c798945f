import { between, type Duration, type Instant, minutes, seconds } from '../../kernel/clock.ts'
import type { RefreshFamily } from './family.ts'

/** How long the token before the newest is still exchanged for the newest. */
export const refreshGrace: Duration = seconds(10)

/** How long the owner of a session is told that it was ended because an old token was presented. */
export const reuseTold: Duration = minutes(60 * 24 * 30)

/**
 * What it means that somebody presents the token of this number:
 * - `newest`: it may be spent;
 * - `again`: it was spent a moment ago, and its successor was not: they get that one again;
 * - `reused`: it was spent, and its successor is in use. Two have it, and one of them has stolen it;
 * - `unknown`: there is no such token yet. The database has been restored from before it was made.
 */
export type Presented = 'newest' | 'again' | 'reused' | 'unknown'

export function judgeTurn(
  { counter, turnedAt }: Pick<RefreshFamily, 'counter' | 'turnedAt'>,
  presented: number,
  now: Instant,
): Presented {
  if (presented > counter) return 'unknown'
  if (presented === counter) return 'newest'
  const isRecent = between(turnedAt, now) <= refreshGrace
  return presented === counter - 1 && isRecent ? 'again' : 'reused'
}
