import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import type { PageFrame } from './page.ts'
import { time } from './time.ts'

/** Something that was done to an account, or tried. */
export interface ListedEvent {
  readonly at: Date
  /** What happened, as a sentence. */
  readonly what: string
  /** More of it, such as the way in; empty where there is no more to say. */
  readonly more: string
  /** `done`: by the owner, or whoever has signed in. `refused`: somebody tried. `alarm`: a reason to look. */
  readonly look: 'done' | 'refused' | 'alarm'
  readonly device: string
  readonly address: string
}

export interface ActivityView {
  readonly frame: PageFrame
  /** The last first. */
  readonly events: readonly ListedEvent[]
  /** Where those before these are; `undefined` where there are none. */
  readonly older: string | undefined
  /** Are these the newest? */
  readonly isNewest: boolean
}

/** `GET /account/activity`: what was done to the account, and what was tried. */
export function activityPage({ frame, events, older, isNewest }: ActivityView): string {
  const content = html`<h1>Recent activity</h1>
<p class="lead">${leadOf(events, isNewest)}</p>
${events.length > 0 && html`<ol class="events">${events.map(row)}</ol>`}
${older !== undefined && html`<p class="aside"><a href="${older}">Earlier activity</a></p>`}
${!isNewest && html`<p class="aside"><a href="/account/activity">Back to the latest</a></p>`}
<p class="aside"><a href="/account/sessions">Where you are signed in</a> · <a href="/account/security">Security</a> · <a href="/dashboard">Back to the dashboard</a></p>`

  return layout({ frame, title: 'Recent activity', doors: 'open', place: 'court', content })
}

function leadOf(events: readonly ListedEvent[], isNewest: boolean): string {
  if (events.length === 0) return isNewest ? 'Nothing yet.' : 'Nothing earlier is kept.'
  return 'If something here was not you, end the sessions that you do not know and change your password.'
}

function row({ at, what, more, look, device, address }: ListedEvent): Html {
  const from = address !== '' && html`, from <bdi>${address}</bdi>`
  return html`<li class="event" data-look="${look}">
<p class="event-what">${what}${look === 'alarm' && html` <span class="event-mark">Look at this</span>`}</p>
${more !== '' && html`<p class="person-more">${more}</p>`}
<p class="person-more">${time(at, 'minute')}, ${device}${from}</p>
</li>`
}
