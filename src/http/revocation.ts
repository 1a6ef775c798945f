import { z } from 'zod'
import { Secret } from '../kernel/secret.ts'
import { clientCredentials, isKnown } from './client-credentials.ts'
import type { Exchange } from './exchange.ts'
import { noCache, parameter } from './oauth.ts'
import { invalidClient, missing, refused, twice } from './token.ts'

interface PresentedBody {
  readonly token?: string | undefined
  readonly token_type_hint?: string | undefined
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
}

export const presentedShape: z.ZodType<PresentedBody> = z.object({
  token: parameter,
  token_type_hint: parameter,
  client_id: parameter,
  client_secret: parameter,
})

type PresentedExchange = Exchange & { readonly body: PresentedBody }

/**
 * `POST /revoke` (RFC 7009). Ends the sign-in that a token belongs to, and so every token of it. Whoever has a
 * token may do so; of one that is not known the answer is the same.
 */
export async function submitRevocation(exchange: PresentedExchange): Promise<Response> {
  const { context, requestId, body } = exchange
  if (body.token === undefined) return refused(exchange, missing('token'))
  await context.tokens.revoke(new Secret(body.token))
  return context.answers.json(requestId, 200, {}, noCache)
}

/** `POST /introspect` (RFC 7662): is this access token good now? For services that have a secret here. */
export async function introspect(exchange: PresentedExchange): Promise<Response> {
  const { context, request, requestId, body } = exchange
  const client = clientCredentials(request.headers, body)
  if (client === 'twice') return refused(exchange, { error: 'invalid_request', description: twice })
  if (!client || !isKnown(client, context.issuer.resourceServers)) {
    return refused(exchange, invalidClient)
  }
  if (body.token === undefined) return refused(exchange, missing('token'))
  const active = await context.tokens.introspect(new Secret(body.token))
  const answer = active
    ? { active: true, token_type: 'Bearer', ...active.claims }
    : { active: false }
  return context.answers.json(requestId, 200, answer, noCache)
}
