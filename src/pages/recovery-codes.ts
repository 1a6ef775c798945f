import { html } from './html.ts'
import { layout } from './layout.ts'
import type { PageFrame } from './page.ts'

export interface RecoveryCodesView {
  readonly frame: PageFrame
  readonly codes: readonly string[]
  readonly after: 'enrolment' | 'renewal' | 'passkey'
  /** Where "I have kept them" leads. */
  readonly onward: string
}

const notices = {
  enrolment: 'Your authenticator app is set up. All your other sessions have ended.',
  renewal: 'These are your new codes. The old ones are worthless.',
  passkey:
    'Your passkey is added, and your password alone signs nobody in any more. All your other sessions have ended.',
} as const

const title = 'Keep these recovery codes'

/** Hidden until the script, without which they could do nothing, has taken charge of them. */
const toKeep = html`<p class="choices" data-keep hidden>
<button class="button quiet" type="button" data-copy>Copy</button>
<button class="button quiet" type="button" data-download>Download</button>
<button class="button quiet" type="button" data-print>Print</button>
<span role="status" data-kept></span>
</p>`

/** The only time that they can be seen. */
export function recoveryCodesPage({ frame, codes, after, onward }: RecoveryCodesView): string {
  const content = html`<h1>${title}</h1>
<p class="notice" role="status">${notices[after]}</p>
<p class="lead">If you lose your phone, one of these lets you in, once. Print them or keep them where your passwords are: they are not shown again.</p>
<ol class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>
${toKeep}
<p><a class="button" href="${onward}">I have kept them</a></p>`

  return layout({ frame, title, doors: 'open', place: 'court', content })
}
