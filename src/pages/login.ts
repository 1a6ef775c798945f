import { errorSummary, type Field, field, keepingNext, nextInput, titleOf } from './form.ts'
import { html } from './html.ts'
import { layout } from './layout.ts'
import { passwordField } from './offers.ts'
import type { FieldProblem, PageFrame } from './page.ts'
import { passkeyForm } from './passkey-form.ts'

export interface LoginView {
  readonly frame: PageFrame
  readonly email: string
  readonly next: string | undefined
  readonly problems: readonly FieldProblem[]
  readonly notice: 'registered' | 'expired' | 'passkey_refused' | undefined
}

const notices = {
  registered: 'Your account is ready. You can sign in now.',
  expired: 'That took too long, or had too many tries. Please begin again.',
  passkey_refused: 'That passkey was not accepted here. Try another one, or use your password.',
}

/** `GET /login`, and the answer to a refused `POST /login`. The password is never sent back. */
export function loginPage({ frame, email, next, problems, notice }: LoginView): string {
  const fields: Field[] = [
    {
      name: 'email',
      label: 'E-mail address',
      type: 'email',
      value: email,
      attributes: html`autocomplete="username webauthn" maxlength="254" inputmode="email" autocapitalize="none" spellcheck="false"`,
    },
    passwordField,
  ]

  const content = html`<h1>Sign in</h1>
${notice && html`<p class="notice" role="status">${notices[notice]}</p>`}
${errorSummary(problems, fields)}
<form class="form" method="post" action="/login">
${fields.map((item) => field(item, problems))}
${nextInput(next)}
<button class="button" type="submit">Sign in</button>
</form>
${passkeyForm({
  purpose: 'get',
  action: '/login/passkey',
  options: '/login/passkey/options',
  text: 'Sign in with a passkey',
  look: 'quiet',
  carried: { next },
  autofill: true,
  or: 'before',
})}
<p class="aside">New here? <a href="${keepingNext('/register', next)}">Create an account</a></p>`

  return layout({
    frame,
    title: titleOf('Sign in', problems),
    doors: 'ajar',
    place: 'threshold',
    content,
    passkeys: true,
  })
}
