import { html } from './html.ts'
import { layout } from './layout.ts'
import type { PageFrame } from './page.ts'

export interface ProblemView {
  readonly frame: PageFrame
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly requestId: string
  /** Whether to offer the way back to `/`; not where that would fail in the same manner. */
  readonly home: boolean
}

/** The page of anything that went wrong and cannot be put right in a form. */
export function problemPage(view: ProblemView): string {
  const content = html`<p class="status">${view.status}</p>
<h1>${view.title}</h1>
<p class="lead">${view.detail}</p>
${view.home && html`<p><a class="button" href="/">Go to the start page</a></p>`}
<p class="aside">If you ask for help, mention this reference:<br><code>${view.requestId}</code></p>`

  return layout({
    frame: view.frame,
    title: view.title,
    doors: 'closed',
    place: 'threshold',
    content,
  })
}
