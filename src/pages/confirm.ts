import { carried, errorSummary, field, titleOf, usernameFor } from './form.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import { fieldFor, otherWays, type Proof, type TypedProof } from './offers.ts'
import type { FieldProblem, PageFrame } from './page.ts'
import { passkeyForm } from './passkey-form.ts'

export interface ConfirmView {
  readonly frame: PageFrame
  readonly email: string
  /** What can be shown. */
  readonly offers: readonly Proof[]
  /** What is asked for now; `undefined` where only a passkey will do. */
  readonly asked: TypedProof | undefined
  readonly next: string | undefined
  /** `second`: one thing was shown already, and the account takes two. */
  readonly step: 'first' | 'second'
  readonly problems: readonly FieldProblem[]
  readonly csrfToken: string
}

const title = 'Confirm that it is you'

const leads = {
  first:
    'What you are about to do is protected, so that nobody can do it who only finds your browser open.',
  second: 'That was right. One more thing is needed, as when you sign in.',
} as const

/** `GET /confirm`, and the answer to what was refused. Nothing that was typed is ever sent back. */
export function confirmPage(view: ConfirmView): string {
  const { frame, offers, asked, next, step, problems } = view
  if (offers.length === 0) return nothingToShow(frame)
  const content = html`<h1>${title}</h1>
<p class="lead">${leads[step]}</p>
${errorSummary(problems, asked ? [fieldFor(asked)] : [])}
${offers.includes('passkey') && withPasskey(view)}
${asked && typed(asked, view)}
${otherWays({ path: '/confirm', offers, asked, next })}
<p class="aside"><a href="/account/security">Not now</a></p>`

  return layout({
    frame,
    title: titleOf(title, problems),
    doors: 'ajar',
    place: 'threshold',
    content,
    passkeys: offers.includes('passkey'),
  })
}

function withPasskey({ asked, next, csrfToken }: ConfirmView): Html {
  return passkeyForm({
    purpose: 'get',
    action: '/confirm',
    options: '/confirm/options',
    text: 'Confirm with a passkey',
    carried: { csrf_token: csrfToken, next },
    ...(asked
      ? { look: 'quiet', or: 'after' }
      : {
          look: 'main',
          otherwise: 'Your passkey is needed, and this browser cannot use one here.',
        }),
  })
}

function typed(asked: TypedProof, { email, next, problems, csrfToken }: ConfirmView): Html {
  return html`<form class="form" method="post" action="/confirm">
${carried({ csrf_token: csrfToken, next })}
${usernameFor(email)}
${field(fieldFor(asked), problems)}
<button class="button" type="submit">Confirm</button>
</form>`
}

/** For example an app that is disabled, and no recovery code. */
function nothingToShow(frame: PageFrame): string {
  const closed = 'This cannot be confirmed'
  const content = html`<h1>${closed}</h1>
<p class="lead">There is nothing left that you could confirm it with. Please ask whoever runs this service.</p>
<p class="aside"><a href="/account/security">Back to Security</a></p>`
  return layout({ frame, title: closed, doors: 'closed', place: 'threshold', content })
}
