import type { Authenticated } from '../core/sessions/index.ts'
import type { Exchange } from './exchange.ts'

/** `GET /me`: who is asking. A closed list of fields; nothing else of the account leaves the server. */
export function showMe({
  context,
  requestId,
  actor,
}: Exchange & { readonly actor: Authenticated }): Response {
  const { email, fullName, mfaEnabled } = actor.account
  const me = { email, name: fullName, full_name: fullName, mfa_enabled: mfaEnabled }
  return context.answers.json(requestId, 200, me)
}
