import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import type { PageFrame } from './page.ts'
import { duration, time } from './time.ts'

export interface FailedAttempts {
  readonly count: number
  /** Are there more than were counted? */
  readonly isMore: boolean
  readonly since: Date | undefined
  /** Was the password right in one of them, and the code wrong? */
  readonly knewPassword: boolean
}

export interface DashboardView {
  readonly frame: PageFrame
  readonly name: string
  readonly email: string
  readonly memberSince: Date
  readonly session: {
    readonly startedAt: Date
    readonly idleEndsAt: Date
    readonly endsAt: Date
    readonly idleLimitMs: number
  }
  readonly csrfToken: string
  readonly notice: 'password_changed' | undefined
  /** Was a session ended because an old token of it was presented? */
  readonly warned: boolean
  /** Failed attempts to sign in to this account since its owner did the time before; `undefined` where there are none. */
  readonly failures: FailedAttempts | undefined
}

const notices = {
  password_changed: 'Your password is changed. All your other sessions have ended.',
} as const

/** A name longer than this is set smaller, or it would push everything else off the screen. */
const LONG_NAME = 32

/** `GET /dashboard`: the home of the person who is signed in. */
export function dashboardPage(view: DashboardView): string {
  const content = html`<h1${view.name.length > LONG_NAME && html` class="long"`}>Welcome, ${view.name}!</h1>
${view.notice && html`<p class="notice" role="status">${notices[view.notice]}</p>`}
${view.warned && endedForSafety}
${view.failures && failedAttempts(view.failures)}
<p class="lead">You are signed in. Here is your account, and how long this session lasts.</p>
${accountCard(view)}
${sessionCard(view)}`

  return layout({ frame: view.frame, title: 'Welcome', doors: 'open', place: 'court', content })
}

const endedForSafety = html`<p class="summary">A sign-in of yours was ended for your safety. <a href="/account/sessions">See what happened</a></p>`

function failedAttempts({ count, isMore, since, knewPassword }: FailedAttempts): Html {
  const attempts =
    count === 1 ? '1 failed attempt' : `${count}${isMore ? ' or more' : ''} failed attempts`
  const when = since === undefined ? '' : html` on ${time(since, 'minute')}`
  const told = html`${attempts} to sign in since your last sign-in${when}.`
  const activity = html`<a href="/account/activity">See recent activity</a>`
  if (!knewPassword) {
    return html`<p class="attention">${told} If that was not you, somebody is guessing; your password has held. ${activity}</p>`
  }
  const knew = count === 1 ? 'The' : 'In one of them the'
  return html`<p class="summary">${told} ${knew} password was right and the code was not. If that was not you, somebody knows your password. <a href="/password/change">Change your password</a> ${activity}</p>`
}

function accountCard({ name, email, memberSince }: DashboardView): Html {
  return html`<section class="card" aria-labelledby="account">
<h2 id="account">Your account</h2>
<div class="person">
<span class="niche" aria-hidden="true">${initialOf(name)}</span>
<p><bdi class="person-name">${name}</bdi><bdi class="person-more">${email}</bdi><span class="person-more">Member since ${time(memberSince, 'day')}</span></p>
</div>
<p class="aside"><a href="/account/security">Security</a> · <a href="/password/change">Change password</a></p>
</section>`
}

function sessionCard({ session, csrfToken }: DashboardView): Html {
  return html`<section class="card" aria-labelledby="session">
<h2 id="session">This session</h2>
<dl class="course">
<div><dt>Signed in</dt><dd>${time(session.startedAt, 'minute')}</dd></div>
<div><dt>Ends after ${duration(session.idleLimitMs)} without activity</dt><dd>${time(session.idleEndsAt, 'minute')}</dd></div>
<div><dt>Ends at the latest</dt><dd>${time(session.endsAt, 'minute')}</dd></div>
</dl>
<p class="aside"><a href="/account/sessions">Where you are signed in</a> · <a href="/account/activity">Recent activity</a></p>
<form method="post" action="/logout">
<input type="hidden" name="csrf_token" value="${csrfToken}">
<button class="button quiet" type="submit">Sign out</button>
</form>
</section>`
}

/** The first letter as a reader sees it: one grapheme, which may be several code units. */
function initialOf(name: string): string {
  const [first] = new Intl.Segmenter('en').segment(name.trim())
  return first?.segment.toLocaleUpperCase('en') ?? ''
}
