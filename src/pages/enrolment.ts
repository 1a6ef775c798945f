import { carried, errorSummary, type Field, field, titleOf } from './form.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import { codeField } from './offers.ts'
import type { FieldProblem, PageFrame } from './page.ts'

export interface EnrolmentView {
  readonly frame: PageFrame
  readonly id: string
  /** Where the code is sent. */
  readonly action: string
  /** A QR code as a path of squares, in a square of so many. */
  readonly qr: { readonly size: number; readonly path: string }
  /** The same as a link, for who reads this on the phone that the app is on. */
  readonly uri: string
  /** The same to type, in groups. */
  readonly typed: string
  /** The way out. */
  readonly back: { readonly href: string; readonly text: string }
  readonly problems: readonly FieldProblem[]
  /** `undefined`: nobody is signed in yet. */
  readonly csrfToken: string | undefined
}

const title = 'Set up an authenticator app'

const firstCode: Field = {
  ...codeField,
  hint: 'Six digits. They change every 30 seconds: enter those that you see now.',
}

/** Shows what the app needs, and asks for its first code; also the answer to a code that was refused. */
export function enrolmentPage(view: EnrolmentView): string {
  const { frame, id, action, back, problems, csrfToken } = view
  const content = html`<h1>${title}</h1>
${errorSummary(problems, [firstCode])}
<ol class="steps">
<li>
${heading(1, 'Get an app')}
<p>If you have an authenticator app, use that one. If not, get one from the app store of your phone: Google Authenticator, Microsoft Authenticator, 2FAS, or any other. Many password apps will do as well.</p>
</li>
<li>
${heading(2, 'Add this account to the app')}
${ways(view)}
</li>
<li>
${heading(3, 'Enter the code that the app shows')}
<form class="form" method="post" action="${action}">
${carried({ csrf_token: csrfToken, id })}
${field(firstCode, problems)}
<button class="button" type="submit">Confirm</button>
</form>
</li>
</ol>
<p class="aside"><a href="${back.href}">${back.text}</a></p>`

  return layout({
    frame,
    title: titleOf(title, problems),
    ...(csrfToken === undefined
      ? { doors: 'ajar', place: 'threshold' }
      : { doors: 'open', place: 'court' }),
    content,
  })
}

function heading(step: number, text: string): Html {
  return html`<h2><span class="step">Step ${step} of 3</span> ${text}</h2>`
}

/** On a phone, which cannot scan itself, the link comes first; on a desk the picture does. */
function ways({ qr, uri, typed }: EnrolmentView): Html {
  return html`<div class="ways">
<div>
<p>Is the app on this phone?</p>
<p><a class="button quiet" href="${uri}">Open the app on this phone</a></p>
</div>
<div>
<p>Is this another screen? Scan this with the app.</p>
<svg class="qr" viewBox="0 0 ${qr.size} ${qr.size}" role="img" aria-label="QR code for your authenticator app" shape-rendering="crispEdges"><path class="qr-ground" d="M0 0h${qr.size}v${qr.size}H0z"/><path class="qr-ink" d="${qr.path}"/></svg>
</div>
<div>
<p>If neither works, choose “enter a key” in the app, and type this:</p>
<p><code>${typed}</code></p>
</div>
</div>`
}
