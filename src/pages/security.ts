import { codeField } from './factor.ts'
import { errorSummary, type Field, field, titleOf } from './form.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import type { FieldProblem, PageFrame } from './page.ts'

export interface SecurityView {
  readonly frame: PageFrame
  /** The authenticator app. `disabled`: too many codes were wrong. */
  readonly app: 'none' | 'in_use' | 'disabled'
  /** How many are left. */
  readonly recoveryCodes: number
  /** May anything be changed now, or must the person sign in again first? */
  readonly fresh: boolean
  readonly notice: 'removed' | 'recovery_code_used' | undefined
  readonly problems: readonly FieldProblem[]
  readonly csrfToken: string
}

const title = 'Security'

/** `GET /account/security`: what protects the account, and what can be done about it. */
export function securityPage(view: SecurityView): string {
  const { frame, notice, problems, fresh } = view
  const content = html`<h1>${title}</h1>
${notice && html`<p class="notice" role="status">${noticeText(view)}</p>`}
${errorSummary(problems, [removalField])}
<p class="lead">What stands between your account and somebody who has learned your password.</p>
${!fresh && html`<p class="aside"><a href="/login?again&amp;next=%2Faccount%2Fsecurity">Sign in again to change any of this</a></p>`}
<section class="card" aria-labelledby="password">
<h2 id="password">Password</h2>
<p class="aside"><a href="/password/change">Change password</a></p>
</section>
${appCard(view)}
${view.app !== 'none' && codesCard(view)}
<p class="aside"><a href="/dashboard">Back to the dashboard</a></p>`

  return layout({
    frame,
    title: titleOf(title, problems),
    doors: 'open',
    place: 'court',
    content,
  })
}

function noticeText({ notice, recoveryCodes }: SecurityView): string {
  return notice === 'removed'
    ? 'Your authenticator app is removed. All your other sessions have ended.'
    : `You have signed in with a recovery code. It cannot be used again. ${left(recoveryCodes)}`
}

function left(count: number): string {
  return count === 1 ? '1 code is left.' : `${count} codes are left.`
}

const states = {
  none: 'Not set up. Your password alone signs in.',
  in_use: 'In use. Signing in takes a code of the app as well.',
  disabled:
    'Disabled, because too many codes were wrong. Sign in with recovery codes, remove it, and set up another one.',
} as const

function appCard(view: SecurityView): Html {
  const { app, fresh, csrfToken } = view
  return html`<section class="card" aria-labelledby="app">
<h2 id="app">Authenticator app</h2>
<p>${states[app]}</p>
${fresh && (app === 'none' ? button('/account/security/app', 'Set up an authenticator app', csrfToken) : removal(view))}
</section>`
}

const removalField: Field = { ...codeField, label: 'Code of the app, or a recovery code' }

function removal({ problems, csrfToken }: SecurityView): Html {
  return html`<form class="form" method="post" action="/account/security/app/remove">
<input type="hidden" name="csrf_token" value="${csrfToken}">
${field(removalField, problems)}
<button class="button quiet" type="submit">Remove the app</button>
</form>`
}

/** Fewer than these are soon none. */
const few = 3

function codesCard({ recoveryCodes, fresh, csrfToken }: SecurityView): Html {
  const warning = recoveryCodes <= few && html` <strong>Make new ones before they run out.</strong>`
  return html`<section class="card" aria-labelledby="codes">
<h2 id="codes">Recovery codes</h2>
<p>${left(recoveryCodes)} Each signs you in once when the app is lost.${warning}</p>
${fresh && button('/account/security/recovery-codes', 'Make new codes', csrfToken)}
</section>`
}

function button(action: string, text: string, csrfToken: string): Html {
  return html`<form method="post" action="${action}">
<input type="hidden" name="csrf_token" value="${csrfToken}">
<button class="button quiet" type="submit">${text}</button>
</form>`
}
