import { errorSummary, type Field, field, nextInput, titleOf } from './form.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import type { FieldProblem, PageFrame } from './page.ts'

type Factor = 'totp' | 'recovery_code'

export interface FactorView {
  readonly frame: PageFrame
  /** What the account can be asked for. */
  readonly factors: readonly Factor[]
  /** What is asked for now. */
  readonly asked: Factor
  readonly next: string | undefined
  readonly problems: readonly FieldProblem[]
}

/** `GET /login/factor`, and the answer to a code that was refused. No code is ever sent back. */
export function factorPage(view: FactorView): string {
  const { frame, factors, asked, next, problems } = view
  if (factors.length === 0) return nothingLeft(frame)
  const { title, lead } = words[asked]
  const fields = [fieldFor(asked)]
  const other = factors.find((one) => one !== asked)

  const content = html`<h1>${title}</h1>
<p class="lead">${lead}</p>
${errorSummary(problems, fields)}
<form class="form" method="post" action="/login/factor">
${fields.map((item) => field(item, problems))}
${nextInput(next)}
<button class="button" type="submit">Sign in</button>
</form>
${other && instead(other, next)}
<p class="aside"><a href="/login">Begin again</a></p>`

  return layout({
    frame,
    title: titleOf(title, problems),
    doors: 'ajar',
    place: 'threshold',
    content,
  })
}

/** The app is disabled, and there is no recovery code: nothing that could be typed here would do. */
function nothingLeft(frame: PageFrame): string {
  const title = 'This account is closed to sign-ins'
  const content = html`<h1>${title}</h1>
<p class="lead">Your password was right. But too many codes of your authenticator app were wrong, so none is accepted any more, and no recovery code is left. Please ask whoever runs this service.</p>
<p class="aside"><a href="/login">Back to the sign-in</a></p>`
  return layout({ frame, title, doors: 'closed', place: 'threshold', content })
}

const words = {
  totp: {
    title: 'Enter your code',
    lead: 'Your password was right. Open your authenticator app and enter the six digits that it shows.',
    other: 'Use the authenticator app instead',
  },
  recovery_code: {
    title: 'Enter a recovery code',
    lead: 'Your password was right. Enter one of the recovery codes that you have kept; each works once.',
    other: 'Use a recovery code instead',
  },
} as const

function instead(other: Factor, next: string | undefined): Html {
  const query = new URLSearchParams({ with: other, ...(next !== undefined && { next }) })
  return html`<p class="aside"><a href="/login/factor?${query.toString()}">${words[other].other}</a></p>`
}

export function fieldFor(asked: Factor): Field {
  return asked === 'totp' ? codeField : recoveryField
}

export const codeField: Field = {
  name: 'code',
  label: 'Code',
  type: 'text',
  value: '',
  attributes: html`autocomplete="one-time-code" inputmode="numeric" autocapitalize="none" spellcheck="false"`,
}

const recoveryField: Field = {
  name: 'recovery_code',
  label: 'Recovery code',
  type: 'text',
  value: '',
  attributes: html`autocomplete="off" autocapitalize="none" spellcheck="false"`,
}
