import { errorSummary, type Field, field, titleOf, usernameFor } from './form.ts'
import { html } from './html.ts'
import { layout } from './layout.ts'
import type { FieldProblem, PageFrame } from './page.ts'

export interface PasswordChangeView {
  readonly frame: PageFrame
  readonly email: string
  readonly problems: readonly FieldProblem[]
  /** Sentences shown at the new password, before anything is typed. */
  readonly passwordRules: readonly string[]
  readonly passwordMinLength: number
  readonly csrfToken: string
}

/** `GET /password/change`, and the answer to a refused `POST`. No password is ever sent back. */
export function passwordChangePage(view: PasswordChangeView): string {
  const { frame, email, problems, csrfToken } = view
  const fields = fieldsOf(view)

  const content = html`<h1>Change password</h1>
<p class="lead">All your other sessions will end. You stay signed in here.</p>
${errorSummary(problems, fields)}
<form class="form" method="post" action="/password/change">
<input type="hidden" name="csrf_token" value="${csrfToken}">
${usernameFor(email)}
${fields.map((item) => field(item, problems))}
<button class="button" type="submit">Change password</button>
</form>
<p class="aside"><a href="/dashboard">Back to the dashboard</a></p>`

  return layout({
    frame,
    title: titleOf('Change password', problems),
    doors: 'open',
    place: 'court',
    content,
  })
}

function fieldsOf({ passwordRules, passwordMinLength: min }: PasswordChangeView): Field[] {
  return [
    {
      name: 'current_password',
      label: 'Current password',
      type: 'password',
      value: '',
      attributes: html`autocomplete="current-password" autocapitalize="none" spellcheck="false"`,
    },
    {
      name: 'new_password',
      label: 'New password',
      type: 'password',
      value: '',
      rules: passwordRules,
      meter: true,
      attributes: html`autocomplete="new-password" minlength="${min}" passwordrules="minlength: ${min}; required: lower; required: upper; required: digit; required: special;" autocapitalize="none" spellcheck="false"`,
    },
  ]
}
