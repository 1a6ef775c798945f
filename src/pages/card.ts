import { type Html, html } from './html.ts'

/** How something stands. The words say it; the small arch beside them is lit, dark or has a mark in it. */
export interface State {
  readonly look: 'on' | 'off' | 'attention'
  readonly text: string
}

export const on: State = { look: 'on', text: 'On' }
export const off: State = { look: 'off', text: 'Off' }
export const attention: State = { look: 'attention', text: 'Needs attention' }

interface Card {
  readonly id: string
  readonly heading: string
  readonly state: State
  readonly content: Html
}

/** One matter, and how it stands, at a glance. */
export function card({ id, heading, state, content }: Card): Html {
  return html`<section class="card" aria-labelledby="${id}">
<div class="card-head">
<h2 id="${id}">${heading}</h2>
<p class="state" data-state="${state.look}">${state.text}</p>
</div>
${content}
</section>`
}
