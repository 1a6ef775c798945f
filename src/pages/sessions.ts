import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import type { PageFrame } from './page.ts'
import { time } from './time.ts'
import { type EndedSession, warning } from './warnings.ts'

export interface ListedSession {
  readonly id: string
  /** Is this the session that is asking? */
  readonly current: boolean
  readonly device: string
  readonly address: string
  /** How the person signed in, as the end of "Signed in …". */
  readonly how: string
  readonly startedAt: Date
  readonly seenAt: Date
}

export interface SessionsView {
  readonly frame: PageFrame
  /** The last used first. */
  readonly sessions: readonly ListedSession[]
  /** Are these all that there are? Else there may be others, which nobody knows. */
  readonly complete: boolean
  /** Sessions that were ended because an old token was presented, the last first. */
  readonly endedForReuse: readonly EndedSession[]
  readonly notice: 'ended' | 'others_ended' | undefined
  readonly csrfToken: string
}

const notices = {
  ended: 'That session has ended.',
  others_ended: 'All other sessions have ended.',
} as const

/** `GET /account/sessions`: where somebody is signed in, and how to end it. */
export function sessionsPage(view: SessionsView): string {
  const { sessions, complete, endedForReuse, notice, csrfToken } = view
  const alone = complete && sessions.every(({ current }) => current)

  const content = html`<h1>Where you are signed in</h1>
${notice && html`<p class="notice" role="status">${notices[notice]}</p>`}
${endedForReuse.map((one) => warning(one, csrfToken))}
<p class="lead">${leadOf(alone, complete)}</p>
<ul class="sessions">${sessions.map((session) => row(session, view))}</ul>
${!alone && endOthers(view)}
<p class="aside"><a href="/dashboard">Back to the dashboard</a></p>`

  return layout({
    frame: view.frame,
    title: 'Where you are signed in',
    doors: 'open',
    place: 'court',
    content,
  })
}

function leadOf(alone: boolean, complete: boolean): string {
  if (alone) return 'Only here.'
  if (complete) return 'End every session that you do not know, and change your password then.'
  return 'No list of sessions is kept here, so only this one is shown. There may be others: you can end them all.'
}

function row(session: ListedSession, view: SessionsView): Html {
  const { id, current, device, address, how, startedAt, seenAt } = session
  const from = address !== '' && html` from <bdi>${address}</bdi>`
  return html`<li class="card session">
<div>
<h2 id="session-${id}">${device}${current && html` <span class="here">this one</span>`}</h2>
<p class="person-more">Signed in ${how}${from}, ${time(startedAt, 'minute')}</p>
<p class="person-more">Last used ${time(seenAt, 'minute')}</p>
</div>
${!current && endForm(view, id, 'End', html` id="end-${id}" aria-labelledby="end-${id} session-${id}"`)}
</li>`
}

function endOthers(view: SessionsView): Html {
  return endForm(view, 'others', 'End all other sessions')
}

/** `naming` says which session a button that says only "End" is for. */
function endForm({ csrfToken }: SessionsView, what: string, text: string, naming?: Html): Html {
  return html`<form method="post" action="/account/sessions">
<input type="hidden" name="csrf_token" value="${csrfToken}">
<input type="hidden" name="end" value="${what}">
<button class="button quiet" type="submit"${naming}>${text}</button>
</form>`
}
