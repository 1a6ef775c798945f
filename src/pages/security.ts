import { attention, card, off, on } from './card.ts'
import { type AuthenticatorApp, appCard, type Change, passkeysCard } from './factor-cards.ts'
import { errorSummary, keepingNext, pressForm, titleOf } from './form.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import { eitherCodeField } from './offers.ts'
import type { FieldProblem, PageFrame } from './page.ts'
import type { ListedPasskey } from './passkey.ts'
import { time } from './time.ts'
import { devicesCard, type TrustedDevice } from './trusted-devices.ts'

export interface SecurityView {
  readonly frame: PageFrame
  /** `undefined`: the account has none. */
  readonly password: { readonly changedAt: Date } | undefined
  readonly app: AuthenticatorApp
  readonly recoveryCodes: { readonly left: number; readonly madeAt: Date } | undefined
  readonly passkeys: readonly ListedPasskey[]
  /** Where no second factor is asked for. */
  readonly devices: readonly TrustedDevice[]
  /** May anything be changed now, or must the person confirm first that it is them? */
  readonly recent: boolean
  /** Is a second factor required here? Then the last one cannot be removed. */
  readonly required: boolean
  readonly notice: keyof typeof notices | undefined
  readonly problems: readonly FieldProblem[]
  readonly csrfToken: string
}

const title = 'Security'
const path = '/account/security'

const notices = {
  app_added: 'Your authenticator app is set up. All your other sessions have ended.',
  app_removed: 'Your authenticator app is removed. All your other sessions have ended.',
  recovery_code_used: 'A recovery code was used. It cannot be used again.',
  passkey_added:
    'Your passkey is added. You can sign in with it from now on. All your other sessions have ended.',
  passkey_removed:
    'The passkey is removed. All your other sessions have ended. Your device may still offer it: you can delete it there as well.',
  passkey_renamed: 'The passkey has its new name.',
  device_removed: 'That device is not trusted any more. You will be asked for a code there again.',
  nothing_to_confirm: 'There was nothing left to confirm.',
} as const

/** `GET /account/security`: what protects the account, and what can be done about it. */
export function securityPage(view: SecurityView): string {
  const { frame, app, passkeys, devices, recent, problems, csrfToken } = view
  const factors = passkeys.length + (app.state === 'none' ? 0 : 1)
  const removable = factors > 1 || !view.required
  const change: Change = { recent, removable, csrfToken }
  const fields = app.state !== 'none' && recent && removable ? [eitherCodeField] : []

  const content = html`<h1>${title}</h1>
${noticeOf(view)}
${errorSummary(problems, fields)}
<p class="lead">What stands between your account and somebody who has learned your password.</p>
${!recent && confirmFirst('Confirm that it is you to change any of this', path)}
${passwordCard(view)}
${appCard(app, change, problems)}
${passkeysCard(passkeys, change)}
${codesCard(view, factors)}
${devices.length > 0 && devicesCard(devices, change)}
<p class="aside"><a href="/dashboard">Back to the dashboard</a></p>`

  return layout({
    frame,
    title: titleOf(title, problems),
    doors: 'open',
    place: 'court',
    content,
    passkeys: recent,
  })
}

/** The way to changes, for who has not shown for a while that it is them. */
function confirmFirst(text: string, next: string): Html {
  return html`<p class="aside"><a href="${keepingNext('/confirm', next)}">${text}</a></p>`
}

function noticeOf({ notice, recoveryCodes }: SecurityView): Html | undefined {
  if (!notice) return undefined
  const rest = notice === 'recovery_code_used' && ` ${left(recoveryCodes?.left ?? 0)}`
  return html`<p class="notice" role="status">${notices[notice]}${rest}</p>`
}

function left(count: number): string {
  if (count === 0) return 'No code is left.'
  return count === 1 ? '1 code is left.' : `${count} codes are left.`
}

function passwordCard({ password }: SecurityView): Html {
  const content = password
    ? html`<p>Last changed on ${time(password.changedAt, 'day')}.</p>
<p class="aside"><a href="/password/change">Change password</a></p>`
    : html`<p>This account has no password. You sign in with a passkey.</p>`
  return card({ id: 'password', heading: 'Password', state: password ? on : off, content })
}

/** These and fewer are soon none. */
const few = 3

function codesCard({ recoveryCodes, recent, csrfToken }: SecurityView, factors: number): Html {
  const heading = { id: 'codes', heading: 'Recovery codes' }
  const make = (text: string) =>
    recent &&
    pressForm({ action: `${path}/recovery-codes`, text, carried: { csrf_token: csrfToken } })

  if (!recoveryCodes && factors === 0) {
    const content = html`<p>You get these together with an app or a passkey. Each signs you in once, if you lose your phone.</p>`
    return card({ ...heading, state: off, content })
  }
  if (!recoveryCodes) {
    const content = html`<p>You have none. With a recovery code you can sign in even if you lose your phone.</p>
${make('Make recovery codes')}`
    return card({ ...heading, state: attention, content })
  }
  const warned = recoveryCodes.left <= few
  const content = html`<div>
<p>${left(recoveryCodes.left)} Each signs you in once, if you lose your phone.${warned && html` <strong>${recoveryCodes.left === 0 ? 'Make new ones now.' : 'Make new ones before they run out.'}</strong>`}</p>
<p class="person-more">Made on ${time(recoveryCodes.madeAt, 'day')}</p>
</div>
${make('Make new codes')}`
  return card({ ...heading, state: warned ? attention : on, content })
}
