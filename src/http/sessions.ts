import { z } from 'zod'
import { levelOf } from '../core/assurance/index.ts'
import type { Session, SessionId } from '../core/sessions/index.ts'
import { type ListedSession, sessionsPage } from '../pages/sessions.ts'
import { deviceOf } from './device.ts'
import { type Exchange, refuse } from './exchange.ts'
import { handOver } from './hand-over.ts'
import { problem } from './problems.ts'
import type { SignedIn } from './route.ts'
import { idText } from './shape.ts'
import { methodsText } from './texts.ts'

const transports: Readonly<Record<Session['kind'], string>> = {
  session: 'cookie',
  bearer: 'bearer',
  jwt: 'token',
}

type SignedInExchange = Exchange & SignedIn

/**
 * `GET /sessions`: where somebody is signed in, as far as that is known. No token, and nothing that opens
 * anything.
 */
export async function listSessions({
  context,
  requestId,
  actor,
}: SignedInExchange): Promise<Response> {
  const sessions = await context.sessions.list(actor.accountId, actor.session)
  const held = await context.secondFactor.heldBy(actor)
  const endedForReuse = await context.tokens.endedForReuse(actor.accountId)
  return context.answers.json(requestId, 200, {
    // Where sessions are sealed nobody knows of others.
    complete: context.sessions.listsAll,
    sessions: sessions.map((session) => ({
      id: session.id,
      current: session.id === actor.session.id,
      device: deviceOf(session.client.agent),
      address: session.client.address,
      transport: transports[session.kind],
      methods: session.proofs.map(({ method, at }) => ({ method, at: iso(at) })),
      acr: levelOf(session.proofs, held),
      created_at: iso(session.createdAt),
      last_seen_at: iso(session.seenAt),
      expires_at: iso(session.expiresAt),
    })),
    ended_for_reuse: endedForReuse.map(({ id, agent, address, at }) => ({
      id,
      device: deviceOf(agent),
      address,
      at: iso(at),
    })),
  })
}

/** `DELETE /sessions/{id}`: ends one. One's own is ended by `/logout`, which also takes the cookie. */
export async function endSession(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId, actor, parameters } = exchange
  const ended = await context.signOut.endById(
    actor.accountId,
    parameters['id'] as SessionId,
    'ended_by_owner',
  )
  if (!ended) return refuse(exchange, problem('not_found'))
  return context.answers.json(requestId, 200, { message: 'Session ended' })
}

/** `DELETE /sessions`: ends all others. This one goes on under a new token. */
export async function endOtherSessions(exchange: SignedInExchange): Promise<Response> {
  const { context, actor, presented } = exchange
  const renewed = await context.signOut.endOthers(actor, presented)
  if (!renewed) return refuse(exchange, problem('invalid_session'))
  return handOver(exchange, renewed, {
    message: 'All other sessions ended',
    next: `${page}?notice=others_ended`,
  })
}

const page = '/account/sessions'

/** `GET /account/sessions`: the same list for people. */
export async function showSessions(exchange: SignedInExchange): Promise<Response> {
  const { context, requestId, actor, query } = exchange
  const sessions = await context.sessions.list(actor.accountId, actor.session)
  const endedForReuse = await context.tokens.endedForReuse(actor.accountId)
  const notice = query.get('notice')
  const html = sessionsPage({
    frame: context.frame,
    sessions: sessions.map((session) => listed(session, actor.session)),
    complete: context.sessions.listsAll,
    endedForReuse: endedForReuse.map(({ id, agent, address, at }) => ({
      id,
      device: deviceOf(agent),
      address,
      at: new Date(at),
    })),
    notice: notice === 'ended' || notice === 'others_ended' ? notice : undefined,
    csrfToken: context.formTokens.make(actor.session),
  })
  return context.answers.page(requestId, 200, html)
}

interface EndSessionsBody {
  /** The id of a session, or `others`. */
  readonly end?: string | undefined
  /** Or: what the person has been told of, and does not want to read again. */
  readonly seen?: string | undefined
}

export const endSessionsShape: z.ZodType<EndSessionsBody> = z.union([
  z.object({ end: idText }),
  z.object({ seen: idText }),
])

/** `POST /account/sessions`: what a form can send instead of DELETE. */
export async function submitEndSessions(
  exchange: SignedInExchange & { readonly body: EndSessionsBody },
): Promise<Response> {
  const { context, requestId, actor, body } = exchange
  if (body.seen !== undefined) {
    await context.tokens.forgetReuse(actor.accountId, body.seen)
    return context.answers.redirect(requestId, page)
  }
  if (body.end === 'others') return endOtherSessions(exchange)
  await context.signOut.endById(actor.accountId, body.end as SessionId, 'ended_by_owner')
  return context.answers.redirect(requestId, `${page}?notice=ended`)
}

function listed(session: Session, own: Session): ListedSession {
  const { id, client, kind, createdAt, seenAt } = session
  const how = `by ${methodsText(session.proofs)}`
  return {
    id,
    current: id === own.id,
    device: deviceOf(client.agent),
    address: client.address,
    how: kind === 'session' ? how : `${how}, from a program`,
    startedAt: new Date(createdAt),
    seenAt: new Date(seenAt),
  }
}

function iso(instant: number): string {
  return new Date(instant).toISOString()
}
