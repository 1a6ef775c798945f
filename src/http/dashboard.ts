import type { FailuresTold } from '../core/audit/index.ts'
import { type DashboardView, dashboardPage } from '../pages/dashboard.ts'
import { type Exchange, personOf, refuse } from './exchange.ts'
import { problem } from './problems.ts'
import { home, type SignedIn } from './route.ts'

/** `GET /dashboard`: the home of the person who is signed in. */
export async function showDashboard(exchange: Exchange & SignedIn): Promise<Response> {
  const { context, requestId, query, actor } = exchange
  const person = await personOf(context, actor)
  if (!person) return refuse(exchange, problem('invalid_session'))
  const { session } = actor
  const html = dashboardPage({
    frame: context.frame,
    name: person.fullName,
    email: person.email,
    memberSince: new Date(person.createdAt),
    session: {
      startedAt: new Date(session.createdAt),
      idleEndsAt: new Date(session.expiresAt),
      endsAt: new Date(session.endsAt),
      idleLimitMs: context.sessionPolicy.idle,
    },
    notice: query.get('notice') === 'password_changed' ? 'password_changed' : undefined,
    warned: (await context.tokens.endedForReuse(person.id)).length > 0,
    failures: failuresOf(await context.audit.failuresSinceLastLogin(person.id)),
    csrfToken: context.formTokens.make(session),
  })
  return context.answers.page(requestId, 200, html)
}

function failuresOf({
  count,
  isMore,
  since,
  knewPassword,
}: FailuresTold): DashboardView['failures'] {
  if (count === 0) return undefined
  return { count, isMore, knewPassword, since: since === undefined ? undefined : new Date(since) }
}

/** `GET /`: the way in, or home. */
export function showStart({ context, requestId, actor }: Exchange): Response {
  return context.answers.redirect(requestId, actor ? home : '/login')
}
