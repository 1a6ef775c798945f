import { codeField } from './factor.ts'
import { errorSummary, field, titleOf } from './form.ts'
import { html } from './html.ts'
import { layout } from './layout.ts'
import type { FieldProblem, PageFrame } from './page.ts'

export interface EnrolmentView {
  readonly frame: PageFrame
  readonly id: string
  /** A QR code as a path of squares, in a square of so many. */
  readonly qr: { readonly size: number; readonly path: string }
  /** The same as a link, for who reads this on the phone that the app is on. */
  readonly uri: string
  /** The same to type, in groups. */
  readonly typed: string
  readonly problems: readonly FieldProblem[]
  readonly csrfToken: string
}

const title = 'Set up an authenticator app'

/** `GET /account/security/app`, and the answer to a code that was refused. */
export function enrolmentPage(view: EnrolmentView): string {
  const { frame, id, qr, uri, typed, problems, csrfToken } = view
  const content = html`<h1>${title}</h1>
${errorSummary(problems, [codeField])}
<ol class="steps">
<li>
<h2>Get an app</h2>
<p>Any authenticator app on your phone will do. Many password managers are one.</p>
</li>
<li>
<h2>Scan this with the app</h2>
<svg class="qr" viewBox="0 0 ${qr.size} ${qr.size}" role="img" aria-label="QR code for your authenticator app" shape-rendering="crispEdges"><path class="qr-ground" d="M0 0h${qr.size}v${qr.size}H0z"/><path class="qr-ink" d="${qr.path}"/></svg>
<p class="aside"><a href="${uri}">Open the app on this phone</a></p>
<p>Or type this secret into the app:</p>
<p><code>${typed}</code></p>
</li>
<li>
<h2>Enter the code that the app shows</h2>
<form class="form" method="post" action="/account/security/app/confirm">
<input type="hidden" name="csrf_token" value="${csrfToken}">
<input type="hidden" name="id" value="${id}">
${field(codeField, problems)}
<button class="button" type="submit">Confirm</button>
</form>
</li>
</ol>
<p class="aside"><a href="/account/security">Not now</a></p>`

  return layout({
    frame,
    title: titleOf(title, problems),
    doors: 'open',
    place: 'court',
    content,
  })
}
