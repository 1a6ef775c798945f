import { carried, errorSummary, type Field, field, keepingNext, titleOf } from './form.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import { codeField, eitherCodeField, type Proof } from './offers.ts'
import type { FieldProblem, PageFrame } from './page.ts'
import { passkeyForm } from './passkey-form.ts'
import { time } from './time.ts'

export interface ListedPasskey {
  readonly id: string
  /** What its owner calls it. */
  readonly name: string
  readonly createdAt: Date
  readonly usedAt: Date | undefined
  /** Is it copied to other devices of its owner? */
  readonly synced: boolean
}

export interface PasskeyView {
  readonly frame: PageFrame
  readonly passkey: ListedPasskey
  /** May it be changed now, or must the person confirm first that it is them? */
  readonly recent: boolean
  /** Not the last factor of an account that must have one. */
  readonly removable: boolean
  /** What a removal can be confirmed with. */
  readonly offers: readonly Exclude<Proof, 'password'>[]
  readonly problems: readonly FieldProblem[]
  readonly csrfToken: string
}

/** A name longer than this is set smaller. */
const LONG_NAME = 24

/** Why the last factor stays. */
export const onlyOne =
  'This service requires a second step when you sign in, and this is your only one: it cannot be removed. Add another one first.'

const path = '/account/security'

/** `GET /account/security/passkeys/:id`, and the answer to a refused form on it. */
export function passkeyPage(view: PasskeyView): string {
  const { frame, passkey, recent, removable, problems } = view
  const code = codeFieldFor(view)
  const fields = recent ? [nameField(passkey.name), ...(removable && code ? [code] : [])] : []

  const content = html`<h1${passkey.name.length > LONG_NAME && html` class="long"`}><bdi>${passkey.name}</bdi></h1>
${errorSummary(problems, fields)}
<section class="card" aria-labelledby="facts">
<h2 id="facts">This passkey</h2>
${facts(passkey)}
</section>
${recent ? changes(view, code) : confirmFirst(passkey)}
<p class="aside"><a href="${path}">Back to Security</a></p>`

  return layout({
    frame,
    title: titleOf('Passkey', problems),
    doors: 'open',
    place: 'court',
    content,
    passkeys: recent,
  })
}

function confirmFirst({ id }: ListedPasskey): Html {
  const address = keepingNext('/confirm', `${path}/passkeys/${id}`)
  return html`<p class="aside"><a href="${address}">Confirm that it is you to change or remove it</a></p>`
}

function facts({ createdAt, usedAt, synced }: ListedPasskey): Html {
  const kind = synced
    ? 'Synced: your other devices have it too'
    : 'On one device: if you lose that, you lose the passkey'
  return html`<dl class="facts">
<div><dt>Kept</dt><dd>${kind}</dd></div>
<div><dt>Added</dt><dd>${time(createdAt, 'minute')}</dd></div>
<div><dt>Last used</dt><dd>${usedAt ? time(usedAt, 'minute') : 'Not used yet'}</dd></div>
</dl>`
}

function changes(view: PasskeyView, code: Field | undefined): Html {
  const { passkey, problems, csrfToken, removable } = view
  return html`<section class="card" aria-labelledby="rename">
<h2 id="rename">Rename</h2>
<form class="form" method="post" action="${path}/passkeys/rename">
${carried({ csrf_token: csrfToken, id: passkey.id })}
${field(nameField(passkey.name), problems)}
<button class="button quiet" type="submit">Save the name</button>
</form>
</section>
<section class="card" aria-labelledby="remove">
<h2 id="remove">Remove</h2>
${removable ? removal(view, code) : html`<p>${onlyOne}</p>`}
</section>`
}

function removal({ passkey, offers, problems, csrfToken }: PasskeyView, code?: Field): Html {
  const action = `${path}/passkeys/remove`
  const values = { csrf_token: csrfToken, id: passkey.id }
  return html`<p>It signs you in no longer, wherever it is kept. Please confirm this.</p>
${
  code &&
  html`<form class="form" method="post" action="${action}">
${carried(values)}
${field(code, problems)}
<button class="button quiet" type="submit">Remove the passkey</button>
</form>`
}
${
  offers.includes('passkey') &&
  passkeyForm({
    purpose: 'get',
    action,
    options: '/confirm/options',
    text: 'Remove, confirming with a passkey',
    look: 'quiet',
    carried: values,
    ...(code ? { or: 'before' } : { otherwise: 'This browser cannot use a passkey here.' }),
  })
}`
}

function nameField(value: string): Field {
  return {
    name: 'name',
    label: 'Name',
    type: 'text',
    value,
    hint: 'For example the device that it is kept on.',
    attributes: html`maxlength="60" autocomplete="off" dir="auto"`,
  }
}

/** One field for either kind of code; `undefined` where there is none to be typed. */
function codeFieldFor({ offers }: PasskeyView): Field | undefined {
  const [totp, recovery] = [offers.includes('totp'), offers.includes('recovery_code')]
  if (totp && recovery) return { ...eitherCodeField, label: 'Code of your app, or a recovery code' }
  if (totp) return { ...codeField, label: 'Code of your app' }
  return recovery ? { ...eitherCodeField, label: 'Recovery code' } : undefined
}
