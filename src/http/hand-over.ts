import type { TokenPair } from '../core/flows/tokens/index.ts'
import type { Session, StartedSession } from '../core/sessions/index.ts'
import { between, seconds } from '../kernel/clock.ts'
import { withCookies } from './answers.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'

export interface HandOver {
  readonly message: string
  /** Where people are sent on to. */
  readonly next: string
  /** Do access tokens travel in cookies? Else in the body. Left out: as they came. */
  readonly inCookies?: boolean
}

/** Gives a client what speaks for its session from now on, the way that it travels. */
export async function handOver(
  exchange: Exchange,
  { session, token }: StartedSession,
  { message, next, inCookies = exchange.credential?.by === 'cookie' }: HandOver,
): Promise<Response> {
  const { context, requestId } = exchange
  switch (session.kind) {
    case 'bearer':
      return context.answers.json(requestId, 200, { session_id: token.expose(), message })
    case 'session': {
      const { cookies, sessionPolicy } = context
      const given = cookies.session.give(token.expose(), sessionPolicy.lifetime)
      return done(exchange, { message }, next, [given, ...takenFor('session', exchange)])
    }
    case 'jwt': {
      const pair = await context.tokens.issue(session)
      if (!inCookies) return context.answers.json(requestId, 200, { ...bodyOf(pair), message })
      const given = tokenCookies(context, session, pair)
      const body = { message, ...lifetimeOf(pair) }
      return done(exchange, body, next, [...given, ...takenFor('jwt', exchange)])
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

function done(
  { context, requestId, audience }: Exchange,
  body: object,
  next: string,
  cookies: readonly string[],
): Response {
  const response =
    audience === 'program'
      ? context.answers.json(requestId, 200, body)
      : context.answers.redirect(requestId, next)
  return withCookies(response, cookies)
}
