import type { TokenPair } from '../core/flows/tokens/index.ts'
import type { Session, StartedSession } from '../core/sessions/index.ts'
import { between, seconds } from '../kernel/clock.ts'
import { withCookies } from './answers.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'

export interface HandOver {
  readonly message: string
  /** What else the body of an answer to a program says. */
  readonly more?: object
  /** Where people are sent on to. */
  readonly next: string
  /** Do access tokens travel in cookies? Else in the body. Left out: as they came. */
  readonly inCookies?: boolean
}

/** Gives a client what speaks for its session from now on, the way that it travels. */
export async function handOver(
  exchange: Exchange,
  started: StartedSession,
  { message, more, next, inCookies }: HandOver,
): Promise<Response> {
  const { context, requestId, audience } = exchange
  const { body, cookies } = await whatSpeaksFor(exchange, started, inCookies)
  const isForPeople = audience === 'page' && cookies.length > 0
  const response = isForPeople
    ? context.answers.redirect(requestId, next)
    : context.answers.json(requestId, 200, { ...body, ...more, message })
  return withCookies(response, cookies)
}

/** What the body of an answer says, and the cookies that it sets, so that the client speaks for this session. */
export async function whatSpeaksFor(
  exchange: Exchange,
  { session, token }: StartedSession,
  inCookies: boolean = exchange.credential?.by === 'cookie',
): Promise<{ readonly body: object; readonly cookies: readonly string[] }> {
  const { context } = exchange
  switch (session.kind) {
    case 'bearer':
      return { body: { session_id: token.expose() }, cookies: [] }
    case 'session': {
      const { cookies, sessionPolicy } = context
      const given = cookies.session.give(token.expose(), sessionPolicy.lifetime)
      return { body: {}, cookies: [given, ...takenFor('session', exchange)] }
    }
    case 'jwt': {
      const pair = await context.tokens.issue(session)
      if (!inCookies) return { body: bodyOf(pair), cookies: [] }
      const given = tokenCookies(context, session, pair)
      return { body: lifetimeOf(pair), cookies: [...given, ...takenFor('jwt', exchange)] }
    }
  }
}

/** RFC 6749, 5.1. */
export function bodyOf(pair: TokenPair): object {
  return {
    access_token: pair.accessToken.expose(),
    refresh_token: pair.refreshToken.expose(),
    ...lifetimeOf(pair),
  }
}

export function lifetimeOf({ lifetimeSeconds }: TokenPair): object {
  return { token_type: 'bearer', expires_in: lifetimeSeconds }
}

/** Each is kept for as long as it is good. */
export function tokenCookies(
  { cookies, clock }: HttpContext,
  { expiresAt }: Session,
  { accessToken, refreshToken, lifetimeSeconds }: TokenPair,
): string[] {
  return [
    cookies.access.give(accessToken.expose(), seconds(lifetimeSeconds)),
    cookies.refresh.give(refreshToken.expose(), between(clock.now(), expiresAt)),
  ]
}

/** Cookies of the other kind that the request came with: the session that they spoke for has ended. */
function takenFor(kind: Session['kind'], { context, credential }: Exchange): string[] {
  if (credential?.by !== 'cookie' || credential.kind === kind) return []
  const { session, access, refresh } = context.cookies
  return kind === 'session' ? [access.take(), refresh.take()] : [session.take()]
}
