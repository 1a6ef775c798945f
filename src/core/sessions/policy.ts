import { between, type Duration, earlier, type Instant, minutes, plus } from '../../kernel/clock.ts'
import type { TokenKind } from '../../kernel/token.ts'
import type { Account } from '../accounts/index.ts'
import type { Session } from './session.ts'
import type { InsertOptions, WhenFull } from './store.ts'

export interface Lifetimes {
  /** A session that is not used for this long is over. */
  readonly idle: Duration
  /** A session is over this long after sign-in, used or not. */
  readonly lifetime: Duration
}

export interface SessionPolicy extends Lifetimes {
  /** The same of sessions that access tokens name: for these, to be refreshed is to be used. */
  readonly refreshed: Lifetimes
  /** How long what somebody has proved is enough for what is sensitive (ASVS 5.0, 7.5.1). */
  readonly fresh: Duration
  /** Sessions that an account may have at once, where they are counted. */
  readonly perAccount: number
  /** What happens when somebody signs in once more. */
  readonly whenFull: WhenFull
}

export interface Deadlines {
  readonly expiresAt: Instant
  readonly endsAt: Instant
}

export function lifetimesOf(policy: SessionPolicy, kind: TokenKind): Lifetimes {
  return kind === 'jwt' ? policy.refreshed : policy
}

export function firstDeadlines(policy: SessionPolicy, kind: TokenKind, now: Instant): Deadlines {
  const { idle, lifetime } = lifetimesOf(policy, kind)
  const endsAt = plus(now, lifetime)
  return { expiresAt: earlier(plus(now, idle), endsAt), endsAt }
}

/** Where the end of a session is moved to by a use at `now`. */
export function deadlineAfter(
  policy: SessionPolicy,
  session: Pick<Session, 'kind' | 'endsAt'>,
  now: Instant,
): Instant {
  return earlier(plus(now, lifetimesOf(policy, session.kind).idle), session.endsAt)
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
  // What an access token does moves nothing: the refresh token behind it is used soon enough.
  if (session.kind === 'jwt') return undefined
  const renewed = deadlineAfter(policy, session, now)
  const gain = between(session.expiresAt, renewed)
  return gain > 0 && gain >= policy.idle / debounceFraction ? renewed : undefined
}

/** Uses that follow one another more closely say nothing new to whoever reads when a session was last used. */
const noted: Duration = minutes(1)

/** Is it long enough since the last use that was written down? */
export function isWorthNoting({ seenAt }: Session, now: Instant): boolean {
  return between(seenAt, now) >= noted
}

/** What decides whether sessions may speak for an account; nothing of the person. */
export type Standing = Pick<Account, 'status' | 'epoch'>

/** May this session still speak for this account? */
export function speaksFor(session: Session, standing: Standing | undefined): boolean {
  return standing?.status === 'active' && standing.epoch === session.epoch
}

/** Has the account, of which these are the sessions, no room for one more? Only where it is to be refused. */
export function isFull(
  own: readonly Session[],
  { tokenHash, epoch, seenAt }: Session,
  { replaced, most, whenFull }: InsertOptions,
): boolean {
  if (most === undefined || whenFull !== 'refuse') return false
  const counts = (one: Session) =>
    one.epoch === epoch &&
    one.expiresAt > seenAt &&
    one.tokenHash !== tokenHash &&
    one.tokenHash !== replaced
  return own.filter(counts).length >= most
}
