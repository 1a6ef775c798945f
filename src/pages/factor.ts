import { carried, errorSummary, field, titleOf } from './form.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import { fieldFor, otherWays, type Proof, type TypedProof } from './offers.ts'
import type { FieldProblem, PageFrame } from './page.ts'
import { passkeyForm } from './passkey-form.ts'

export interface FactorView {
  readonly frame: PageFrame
  /** What was accepted already. */
  readonly proved: 'password' | 'passkey'
  /** What the account can be asked for. */
  readonly offers: readonly Proof[]
  /** What is asked for now; `undefined` where only a passkey will do. */
  readonly asked: TypedProof | undefined
  readonly next: string | undefined
  /** For how long no code need be asked for again on this device, if that is on offer: "30 days". */
  readonly trustFor: string | undefined
  readonly problems: readonly FieldProblem[]
}

const proofs = {
  password: 'Your password was right.',
  passkey: 'Your passkey was accepted.',
} as const

const titles = {
  password: 'Enter your password',
  totp: 'Enter your code',
  recovery_code: 'Enter a recovery code',
} as const

/** `GET /login/factor`, and the answer to what was refused. Nothing that was typed is ever sent back. */
export function factorPage(view: FactorView): string {
  const { frame, proved, offers, asked, next, problems } = view
  if (offers.length === 0) return nothingLeft(view)
  const title = titleOfStep(view)

  const content = html`<h1>${title}</h1>
<p class="lead">${proofs[proved]} ${needed(view)}</p>
${errorSummary(problems, asked ? [fieldFor(asked)] : [])}
${offers.includes('passkey') && withPasskey(view)}
${asked && typed(asked, view)}
${otherWays({ path: '/login/factor', offers, asked, next })}
<p class="aside"><a href="/login">Begin again</a></p>`

  return layout({
    frame,
    title: titleOf(title, problems),
    doors: 'ajar',
    place: 'threshold',
    content,
    passkeys: offers.includes('passkey'),
  })
}

/** The passkey is what the account has; a recovery code is for who has lost it. */
function isKeyFirst({ asked, offers }: FactorView): boolean {
  return asked === 'recovery_code' && offers.includes('passkey') && !offers.includes('totp')
}

function titleOfStep(view: FactorView): string {
  if (isKeyFirst(view)) return 'One more step'
  return view.asked ? titles[view.asked] : 'Use your passkey'
}

function needed(view: FactorView): string {
  if (isKeyFirst(view)) return 'Your passkey is needed as well, or one of your recovery codes.'
  return view.asked === 'password'
    ? 'Your password is needed as well.'
    : 'One more step, and you are in.'
}

function withPasskey(view: FactorView): Html {
  const { asked, next } = view
  return passkeyForm({
    purpose: 'get',
    action: '/login/factor',
    options: '/login/factor/options',
    text: 'Use a passkey',
    carried: { next },
    ...(asked
      ? { look: isKeyFirst(view) ? 'main' : 'quiet', or: 'after' }
      : {
          look: 'main',
          otherwise: 'Your passkey is needed, and this browser cannot use one here.',
        }),
  })
}

function typed(asked: TypedProof, { next, trustFor, problems }: FactorView): Html {
  return html`<form class="form" method="post" action="/login/factor">
${carried({ next })}
${field(fieldFor(asked), problems)}
${asked === 'totp' && trustFor !== undefined && trust(trustFor)}
<button class="button" type="submit">Sign in</button>
</form>`
}

function trust(time: string): Html {
  return html`<div class="tick">
<input id="trust_device" name="trust_device" type="checkbox" value="yes" aria-describedby="trust-hint">
<div>
<label for="trust_device">Do not ask for a code on this device for ${time}</label>
<p class="hint" id="trust-hint">Only on a device that nobody else uses.</p>
</div>
</div>`
}

const closed = {
  password:
    'Your password was right. But too many codes of your authenticator app were wrong, so none is accepted any more, and no recovery code is left.',
  passkey:
    'Your passkey was accepted. But it did not check that it was you who used it, and there is nothing else left that you could be asked for.',
} as const

/** Nothing that could be given here would do. */
function nothingLeft({ frame, proved }: FactorView): string {
  const title = 'This account is closed to sign-ins'
  const content = html`<h1>${title}</h1>
<p class="lead">${closed[proved]} Please ask whoever runs this service.</p>
<p class="aside"><a href="/login">Back to the sign-in</a></p>`
  return layout({ frame, title, doors: 'closed', place: 'threshold', content })
}
