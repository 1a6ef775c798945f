import { errorSummary, type Field, field, keepingNext, nextInput, titleOf } from './form.ts'
import { html } from './html.ts'
import { layout } from './layout.ts'
import type { FieldProblem, PageFrame } from './page.ts'

export interface RegisterView {
  readonly frame: PageFrame
  readonly email: string
  readonly fullName: string
  readonly next: string | undefined
  readonly problems: readonly FieldProblem[]
  /** Sentences shown at the password field, before anything is typed. */
  readonly passwordRules: readonly string[]
  readonly passwordMinLength: number
}

/** `GET /register`, and the answer to a refused `POST /register`. The password is never sent back. */
export function registerPage(view: RegisterView): string {
  const { frame, next, problems } = view
  const fields = fieldsOf(view)

  const content = html`<h1>Create account</h1>
${errorSummary(problems, fields)}
<form class="form" method="post" action="/register">
${fields.map((item) => field(item, problems))}
${nextInput(next)}
<button class="button" type="submit">Create account</button>
</form>
<p class="aside">Already have an account? <a href="${keepingNext('/login', next)}">Sign in</a></p>`

  return layout({
    frame,
    title: titleOf('Create account', problems),
    doors: 'ajar',
    place: 'threshold',
    content,
  })
}

function fieldsOf({
  fullName,
  email,
  passwordRules,
  passwordMinLength: min,
}: RegisterView): Field[] {
  return [
    {
      name: 'full_name',
      label: 'Full name',
      type: 'text',
      value: fullName,
      // No maxlength: it counts UTF-16 units, and would cut a long name in silence.
      attributes: html`autocomplete="name" autocapitalize="words" spellcheck="false"`,
    },
    {
      name: 'email',
      label: 'E-mail address',
      type: 'email',
      value: email,
      // "username", not "email": a password manager stores this value as the name that belongs to
      // the new password and offers it at sign-in. type="email" still brings the address book.
      attributes: html`autocomplete="username" maxlength="254" inputmode="email" autocapitalize="none" spellcheck="false"`,
    },
    {
      name: 'password',
      label: 'Password',
      type: 'password',
      value: '',
      rules: passwordRules,
      meter: true,
      // minlength counts UTF-16 units, never fewer than the code points the server counts, so it
      // refuses nothing that the server would take; no maxlength, which cuts a pasted password in
      // silence. passwordrules only guides generators; all four classes satisfy each profile.
      attributes: html`autocomplete="new-password" minlength="${min}" passwordrules="minlength: ${min}; required: lower; required: upper; required: digit; required: special;" autocapitalize="none" spellcheck="false"`,
    },
  ]
}
