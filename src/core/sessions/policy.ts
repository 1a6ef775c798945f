import { between, type Duration, earlier, type Instant, plus } from '../../kernel/clock.ts'
import type { Account } from '../accounts/index.ts'
import type { Session } from './session.ts'

export interface SessionPolicy {
  /** A session that is not used for this long is over. */
  readonly idle: Duration
  /** A session is over this long after sign-in, used or not. */
  readonly lifetime: Duration
  /** How long after a sign-in what is sensitive may be done without proving again who one is. */
  readonly fresh: Duration
  /** Sessions that an account may have at once; the oldest ends when there are more. */
  readonly perAccount: number
}

export interface Deadlines {
  readonly expiresAt: Instant
  readonly endsAt: Instant
}

export function firstDeadlines(policy: SessionPolicy, now: Instant): Deadlines {
  const endsAt = plus(now, policy.lifetime)
  return { expiresAt: earlier(plus(now, policy.idle), endsAt), endsAt }
}

/**
 * How far the deadline must move before it is worth a write. A session may therefore end this much
 * early, never late; and a session in constant use costs at most thirty writes per idle limit.
 */
const debounceFraction = 30

/** Where use at `now` moves the deadline, or `undefined` when the move is too small to write down. */
export function renewedDeadline(
  policy: SessionPolicy,
  session: Session,
  now: Instant,
): Instant | undefined {
  const renewed = earlier(plus(now, policy.idle), session.endsAt)
  const gain = between(session.expiresAt, renewed)
  return gain > 0 && gain >= policy.idle / debounceFraction ? renewed : undefined
}

/** Has the person proved lately who they are? (ASVS 5.0, 7.5.1) */
export function isFresh(
  policy: SessionPolicy,
  { authenticatedAt }: Session,
  now: Instant,
): boolean {
  return between(authenticatedAt, now) < policy.fresh
}

/** May this session still speak for this account? */
export function speaksFor(session: Session, account: Account | undefined): account is Account {
  return account?.status === 'active' && account.epoch === session.epoch
}
