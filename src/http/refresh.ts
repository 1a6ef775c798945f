import { z } from 'zod'
import { Secret } from '../kernel/secret.ts'
import { withCookies } from './answers.ts'
import { type Exchange, refuse } from './exchange.ts'
import { bodyOf, lifetimeOf, tokenCookies } from './hand-over.ts'
import { noCache } from './oauth.ts'
import { problem } from './problems.ts'
import { challenge } from './route.ts'

interface RefreshBody {
  readonly refresh_token?: string | undefined
}

export const refreshShape: z.ZodType<RefreshBody> = z.object({
  refresh_token: z.string().optional(),
})

type RefreshExchange = Exchange & { readonly body: RefreshBody }

/**
 * `POST /refresh`. Spends a refresh token for an access token and the next refresh token; the answer travels as
 * the question did: in the body, or in cookies.
 */
export async function submitRefresh(exchange: RefreshExchange): Promise<Response> {
  const { context, requestId, body } = exchange
  const { cookies, answers } = context
  const inCookie = body.refresh_token === undefined
  const token = presentedTo(exchange)
  const refusal = problem('invalid_refresh_token', challenge(token !== undefined))
  if (token === undefined) return refuse(exchange, refusal)

  const outcome = await context.tokens.refresh(new Secret(token))
  if (outcome.kind === 'refused') {
    const response = await refuse(exchange, refusal)
    return inCookie
      ? withCookies(response, [cookies.access.take(), cookies.refresh.take()])
      : response
  }
  if (!inCookie) return answers.json(requestId, 200, bodyOf(outcome), noCache)
  const refreshed = { message: 'Token refreshed', ...lifetimeOf(outcome) }
  return withCookies(
    answers.json(requestId, 200, refreshed, noCache),
    tokenCookies(context, outcome.session, outcome),
  )
}

/**
 * `DELETE /refresh`. Ends the sign-in that a refresh token belongs to: what a page can send whose access token has
 * expired, since a browser sends the refresh token here and nowhere else. Harmless without one, or again.
 */
export async function endRefreshing(exchange: RefreshExchange): Promise<Response> {
  const { context, requestId } = exchange
  const token = presentedTo(exchange)
  if (token !== undefined) await context.tokens.revoke(new Secret(token))
  const { access, refresh } = context.cookies
  const response = context.answers.json(requestId, 200, { message: 'Logout successful' })
  return withCookies(response, [access.take(), refresh.take()])
}

function presentedTo({ context, request, body }: RefreshExchange): string | undefined {
  return body.refresh_token ?? context.cookies.refresh.read(request.headers.get('cookie'))
}
