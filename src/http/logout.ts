import { withCookies } from './answers.ts'
import type { Exchange } from './exchange.ts'

/**
 * `POST /logout`. Ends the session that the request carries, and every token that hangs on it; is harmless
 * without one or again. An access token may have expired: its session may not.
 * The browser is told to drop what it holds of us (ASVS 5.0, 14.3.1): its cache, its storage, and the cookies that speak
 * for somebody. Not by `"cookies"`, which would take those of sibling hosts along, and the one by which a device is trusted.
 */
export async function submitLogout(exchange: Exchange): Promise<Response> {
  const { context, requestId, audience, credential, presented } = exchange
  if (credential?.kind === 'jwt') await context.tokens.revoke(credential.value)
  else if (presented) await context.signOut.end(presented)

  const headers = { 'clear-site-data': '"cache", "storage"' }
  const response =
    audience === 'page'
      ? context.answers.redirect(requestId, '/login', headers)
      : context.answers.json(requestId, 200, { message: 'Logout successful' }, headers)
  return withCookies(response, taken(exchange))
}

/** A refresh token stays where it is sent from; whether there is one is not known without an access token. */
function taken({ context: { cookies }, credential }: Exchange): string[] {
  const hasOwnToken = credential !== undefined && credential.kind !== 'jwt'
  const session = cookies.session.take()
  return hasOwnToken ? [session] : [session, cookies.access.take(), cookies.refresh.take()]
}
