import { type Field, keepingNext } from './form.ts'
import { type Html, html } from './html.ts'

/** What somebody can show that they are the owner of an account. */
export type Proof = 'password' | 'totp' | 'recovery_code' | 'passkey'

/** What is typed. A passkey is not: it has a form of its own. */
export type TypedProof = Exclude<Proof, 'passkey'>

export const codeField: Field = {
  name: 'code',
  label: 'Code',
  type: 'text',
  value: '',
  attributes: html`autocomplete="one-time-code" inputmode="numeric" autocapitalize="none" spellcheck="false"`,
}

/** Where it is one of two things that may be typed, digits alone will not do. */
export const eitherCodeField: Field = {
  ...codeField,
  label: 'Code of the app, or a recovery code',
  attributes: html`autocomplete="one-time-code" autocapitalize="none" spellcheck="false"`,
}

export const recoveryField: Field = {
  name: 'recovery_code',
  label: 'Recovery code',
  type: 'text',
  value: '',
  attributes: html`autocomplete="off" autocapitalize="none" spellcheck="false"`,
}

export const passwordField: Field = {
  name: 'password',
  label: 'Password',
  type: 'password',
  value: '',
  attributes: html`autocomplete="current-password" autocapitalize="none" spellcheck="false"`,
}

const fields = {
  password: passwordField,
  totp: {
    ...codeField,
    hint: 'Open your authenticator app and enter the six digits that it shows.',
  },
  recovery_code: {
    ...recoveryField,
    hint: 'One of the codes that you have kept. Each works once.',
  },
} satisfies Record<TypedProof, Field>

export function fieldFor(asked: TypedProof): Field {
  return fields[asked]
}

const instead = {
  password: 'Use your password instead',
  totp: 'Use the authenticator app instead',
  recovery_code: 'Use a recovery code instead',
} as const

interface Choice {
  /** The page that asks, without a query. */
  readonly path: string
  readonly offers: readonly Proof[]
  readonly asked: TypedProof | undefined
  readonly next: string | undefined
}

/** Links to everything else that could be typed. */
export function otherWays({ path, offers, asked, next }: Choice): Html[] {
  return offers
    .filter((one) => one !== 'passkey')
    .filter((one) => one !== asked)
    .map(
      (one) =>
        html`<p class="aside"><a href="${keepingNext(`${path}?with=${one}`, next)}">${instead[one]}</a></p>`,
    )
}
