import type { Exchange } from './exchange.ts'

/**
 * `POST /logout`. Ends the session that the request carries, and is harmless without one or again.
 * The browser is told to drop everything it holds of us (ASVS 5.0, 14.3.1).
 */
export async function submitLogout(exchange: Exchange): Promise<Response> {
  const { context, requestId, audience, presented } = exchange
  if (presented) await context.sessions.end(presented)

  const headers = {
    'set-cookie': context.cookie.take(),
    'clear-site-data': '"cache", "cookies", "storage"',
  }
  if (audience === 'page') return context.answers.redirect(requestId, '/login', headers)
  return context.answers.json(requestId, 200, { message: 'Logout successful' }, headers)
}
