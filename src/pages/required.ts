import { errorSummary, titleOf } from './form.ts'
import { html } from './html.ts'
import { layout } from './layout.ts'
import type { FieldProblem, PageFrame } from './page.ts'
import { passkeyForm } from './passkey-form.ts'

export interface RequiredView {
  readonly frame: PageFrame
  readonly problems: readonly FieldProblem[]
}

const title = 'Protect your account'

/** `GET /login/enrolment`: for who may not come in before the account has a second factor. */
export function requiredPage({ frame, problems }: RequiredView): string {
  const content = html`<h1>${title}</h1>
<p class="lead">This service asks for more than a password, so that nobody gets in who has only learned yours. Choose one of these; it takes two minutes.</p>
${errorSummary(problems, [])}
<section class="card" aria-labelledby="passkey">
<h2 id="passkey">A passkey</h2>
<p>Sign in with your finger, your face or the PIN of your device. There is nothing to remember.</p>
${passkeyForm({
  purpose: 'create',
  action: '/login/enrolment/passkey',
  options: '/login/enrolment/passkey/options',
  text: 'Make a passkey',
  look: 'main',
  carried: {},
  otherwise: 'This browser cannot make a passkey here. Please use an app.',
})}
</section>
<section class="card" aria-labelledby="app">
<h2 id="app">An app on your phone</h2>
<p>It shows six digits, which you enter when you sign in.</p>
<form method="post" action="/login/enrolment/app">
<button class="button" type="submit">Set up an authenticator app</button>
</form>
</section>
<p class="aside"><a href="/login">Back to the sign-in</a></p>`

  return layout({
    frame,
    title: titleOf(title, problems),
    doors: 'ajar',
    place: 'threshold',
    content,
    passkeys: true,
  })
}
