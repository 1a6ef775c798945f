import { attention, card, off, on } from './card.ts'
import { carried, field, pressForm } from './form.ts'
import { type Html, html } from './html.ts'
import { eitherCodeField } from './offers.ts'
import type { FieldProblem } from './page.ts'
import { type ListedPasskey, onlyOne } from './passkey.ts'
import { passkeyForm } from './passkey-form.ts'
import { time } from './time.ts'

/** `disabled`: too many codes were wrong. */
export type AuthenticatorApp =
  | { readonly state: 'none' }
  | { readonly state: 'in_use' | 'disabled'; readonly since: Date }

/** What may be done. */
export interface Change {
  readonly recent: boolean
  /** May a factor be removed, or is it the last of an account that must have one? */
  readonly removable: boolean
  readonly csrfToken: string
}

const path = '/account/security'

export function appCard(
  app: AuthenticatorApp,
  { recent, removable, csrfToken }: Change,
  problems: readonly FieldProblem[],
): Html {
  const heading = { id: 'app', heading: 'Authenticator app' }
  if (app.state === 'none') {
    const content = html`<p>Not set up. With an app on your phone, signing in takes a code that only you can see.</p>
${recent && pressForm({ action: `${path}/app`, text: 'Set up an authenticator app', carried: { csrf_token: csrfToken } })}`
    return card({ ...heading, state: off, content })
  }

  const inUse = app.state === 'in_use'
  const removal = removable ? removalForm(problems, csrfToken) : html`<p>${onlyOne}</p>`
  const content = html`<div>
<p>${inUse ? 'Signing in takes a code of the app as well.' : explained}</p>
<p class="person-more">${inUse ? 'Set up on' : 'Stopped on'} ${time(app.since, 'day')}</p>
</div>
${(recent || !removable) && removal}`
  return card({ ...heading, state: inUse ? on : attention, content })
}

const explained =
  'Its codes are not accepted any more, because too many were wrong. Remove it, and set up another one.'

function removalForm(problems: readonly FieldProblem[], csrfToken: string): Html {
  return html`<form class="form" method="post" action="${path}/app/remove">
${carried({ csrf_token: csrfToken })}
${field(eitherCodeField, problems)}
<button class="button quiet" type="submit">Remove the app</button>
</form>`
}

export function passkeysCard(passkeys: readonly ListedPasskey[], change: Change): Html {
  const some = passkeys.length > 0
  const content = html`${some ? html`<ul class="rows">${passkeys.map(row)}</ul>` : nonePresent}
${some && !change.removable && html`<p>${onlyOne}</p>`}
${change.recent && addition(change.csrfToken)}`
  return card({ id: 'passkeys', heading: 'Passkeys', state: some ? on : off, content })
}

const nonePresent = html`<p>None yet. A passkey signs you in with your finger, your face or the PIN of your device. There is nothing to remember, and a false website cannot steal it.</p>`

function row({ id, name, createdAt, usedAt, synced }: ListedPasskey): Html {
  const used = usedAt ? html`Last used ${time(usedAt, 'minute')}` : 'Not used yet'
  return html`<li class="row">
<div>
<h3 id="passkey-${id}"><bdi>${name}</bdi></h3>
<p class="person-more">${synced ? 'Synced' : 'On one device'} · Added on ${time(createdAt, 'day')}</p>
<p class="person-more">${used}</p>
</div>
<p class="aside"><a href="${path}/passkeys/${id}" id="manage-${id}" aria-labelledby="manage-${id} passkey-${id}">Manage</a></p>
</li>`
}

function addition(csrfToken: string): Html {
  return passkeyForm({
    purpose: 'create',
    action: `${path}/passkeys`,
    options: '/passkeys/options',
    text: 'Add a passkey',
    look: 'quiet',
    carried: { csrf_token: csrfToken },
    otherwise: 'This browser cannot add a passkey here.',
  })
}
