import type { StartedSession } from '../core/sessions/index.ts'
import type { Exchange } from './exchange.ts'

/** Gives a client the token of its session, the way that it travels; people are sent on to `next`. */
export function handOver(
  { context, requestId, audience }: Exchange,
  { session, token }: StartedSession,
  { message, next }: { readonly message: string; readonly next: string },
): Response {
  if (session.kind === 'bearer') {
    return context.answers.json(requestId, 200, { session_id: token.expose(), message })
  }
  const headers = {
    'set-cookie': context.cookie.give(token.expose(), context.sessionPolicy.lifetime),
  }
  if (audience === 'program') return context.answers.json(requestId, 200, { message }, headers)
  return context.answers.redirect(requestId, next, headers)
}
