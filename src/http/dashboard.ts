import type { Authenticated } from '../core/sessions/index.ts'
import { dashboardPage } from '../pages/dashboard.ts'
import type { Exchange } from './exchange.ts'
import { home } from './route.ts'

/** `GET /dashboard`: the home of the person who is signed in. */
export function showDashboard({
  context,
  requestId,
  query,
  actor: { account, session },
}: Exchange & { readonly actor: Authenticated }): Response {
  const html = dashboardPage({
    frame: context.frame,
    name: account.fullName,
    email: account.email,
    memberSince: new Date(account.createdAt),
    session: {
      startedAt: new Date(session.createdAt),
      idleEndsAt: new Date(session.expiresAt),
      endsAt: new Date(session.endsAt),
      idleLimitMs: context.sessionPolicy.idle,
    },
    notice: query.get('notice') === 'password_changed' ? 'password_changed' : undefined,
    csrfToken: context.formTokens.make(session),
  })
  return context.answers.page(requestId, 200, html)
}

/** `GET /`: the way in, or home. */
export function showStart({ context, requestId, actor }: Exchange): Response {
  return context.answers.redirect(requestId, actor ? home : '/login')
}
