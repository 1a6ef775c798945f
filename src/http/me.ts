import { needsTwo } from '../core/assurance/index.ts'
import { type Exchange, personOf, refuse } from './exchange.ts'
import { problem } from './problems.ts'
import type { SignedIn } from './route.ts'

/** `GET /me`: who is asking. A closed list of fields; nothing else of the account leaves the server. */
export async function showMe(exchange: Exchange & SignedIn): Promise<Response> {
  const { context, requestId, actor } = exchange
  const person = await personOf(context, actor)
  if (!person) return refuse(exchange, problem('invalid_session'))
  const { email, fullName } = person
  const held = await context.secondFactor.heldBy(actor)
  const me = { email, name: fullName, full_name: fullName, mfa_enabled: needsTwo(held) }
  return context.answers.json(requestId, 200, me)
}

/** `GET /users/me`: the same person, in the fields of the password grant: the user name is the address. */
export async function showUser(exchange: Exchange & SignedIn): Promise<Response> {
  const { context, requestId, actor } = exchange
  const person = await personOf(context, actor)
  if (!person) return refuse(exchange, problem('invalid_session'))
  const { email, fullName, status } = person
  const user = { username: email, email, full_name: fullName, disabled: status === 'disabled' }
  return context.answers.json(requestId, 200, user)
}
