import { type Html, html } from './html.ts'
import { time } from './time.ts'

/** A session that was ended because an old token of it was presented. */
export interface EndedSession {
  readonly id: string
  readonly device: string
  readonly address: string
  readonly at: Date
}

/** What happened, what it may mean, and what to do about it. */
export function warning({ id, device, address, at }: EndedSession, csrfToken: string): Html {
  const from = address !== '' && html` (<bdi>${address}</bdi>)`
  return html`<section class="summary" aria-labelledby="ended-${id}">
<h2 id="ended-${id}">A sign-in was ended for your safety</h2>
<p>${device}${from} was signed in as you. On ${time(at, 'minute')} somebody used an old token of that sign-in once more, so there may be a copy of it. Nothing works with it any more.</p>
<p class="later">If you do not know what that was: <a href="/password/change">Change your password</a></p>
<form class="later" method="post" action="/account/sessions">
<input type="hidden" name="csrf_token" value="${csrfToken}">
<input type="hidden" name="seen" value="${id}">
<button class="button quiet" type="submit" aria-describedby="ended-${id}">I have seen this</button>
</form>
</section>`
}
