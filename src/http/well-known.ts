import type { Exchange } from './exchange.ts'
import { grantTypes } from './token.ts'

/** `GET /.well-known/jwks.json`: the keys that access tokens are verified with (RFC 7517, 5). */
export function showKeySet({ context, requestId }: Exchange): Response {
  return context.answers.publicJson(requestId, context.issuer.keySet(), 'application/jwk-set+json')
}

/** `GET /.well-known/passkey-endpoints`, where password managers look (W3C, A Well-Known URL for Relying Party Passkey Endpoints). */
export function showPasskeyEndpoints({ context, requestId }: Exchange): Response {
  const page = new URL('/account/security', context.publicAddress).href
  return context.answers.publicJson(requestId, { enroll: page, manage: page })
}

/** `GET /.well-known/oauth-authorization-server` (RFC 8414): what there is, and where. */
export function showIssuer({ context, requestId }: Exchange): Response {
  const { issuer } = context
  const at = (path: string) => `${issuer.name}${path}`
  return context.answers.publicJson(requestId, {
    issuer: issuer.name,
    token_endpoint: at('/token'),
    revocation_endpoint: at('/revoke'),
    introspection_endpoint: at('/introspect'),
    jwks_uri: at('/.well-known/jwks.json'),
    grant_types_supported: grantTypes(issuer),
    // There is no authorization endpoint; the field must be there (RFC 8414, 2).
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  })
}
