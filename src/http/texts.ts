import type { Proof, ProofMethod } from '../core/assurance/index.ts'
import type { EndCause, LoginCause } from '../core/audit/index.ts'
import type { LoginProblem } from '../core/flows/login/index.ts'
import type { PasswordChangeProblem } from '../core/flows/password-change/index.ts'
import type { RegistrationProblem } from '../core/flows/registration/index.ts'
import {
  type BrokenRule,
  type GuessAdvice,
  minPasswordLength,
  type PasswordPolicy,
  type PlaintextRule,
} from '../core/passwords/index.ts'

/** A field and the rule that it breaks: found by the core, or by the shape that a route reads. */
export type FieldProblem =
  | RegistrationProblem
  | LoginProblem
  | PasswordChangeProblem
  | PasswordProblem
  | { readonly field: string; readonly rule: 'required' | 'wrong_type' | 'not_allowed' }

/** What can be wrong with a password that is being chosen. */
export type PasswordProblem = { readonly field: 'password' } & (
  | { readonly rule: PlaintextRule }
  | BrokenRule
)

type Rule = FieldProblem['rule']

/** Rules whose text is the same for every field. */
const texts: Readonly<Record<Exclude<Rule, 'too_short' | 'guessable'>, (label: string) => string>> =
  {
    required: (label) => `${label} is required`,
    wrong_type: (label) => `${label} has the wrong type`,
    not_allowed: (label) => `${label} has a value that is not allowed`,
    malformed: () => 'Enter an e-mail address, such as name@example.com',
    too_long: (label) => `${label} is too long`,
    forbidden_character: (label) => `${label} contains a character that is not allowed`,
    not_unicode: (label) => `${label} contains a character that is not allowed`,
    unchanged: () => 'New password must be another one than the current password',
    no_uppercase: () => 'Password must contain uppercase letter',
    no_lowercase: () => 'Password must contain lowercase letter',
    no_digit: () => 'Password must contain digit',
    no_special: () => 'Password must contain special character',
    context_word: () =>
      'Password must not be built from your name, your e-mail address or the name of this service',
    common: () =>
      'This is one of the passwords that are tried first. Choose words that do not belong together',
    breached: () =>
      'This password has appeared in a data breach. Choose another one, here and wherever you use it',
  }

/** Why a password is easy to guess, and what would help. */
const advice: Readonly<Record<GuessAdvice, string>> = {
  date: 'Names, dates and years are easy to guess. Add words that are not about you',
  keyboard: 'Neighbouring keys like “qwerty” are easy to guess. Use words instead',
  known:
    'This is close to a password that is tried first. Choose words that do not belong together',
  more: 'This is easy to guess. Add another word or two that nobody would expect',
  name: 'Names are easy to guess. Add words that do not belong with them',
  personal: 'Words about you or this service are easy to guess. Add others that are not',
  repeat: 'Repeats like “abcabc” are easy to guess. Add different words',
  sequence: 'Sequences like “abcd” or “one two three” are easy to guess. Mix words instead',
  word: 'A single word is easy to guess. Add another one or two',
}

const labels: Readonly<Record<string, string>> = {
  email: 'E-mail address',
  full_name: 'Full name',
  password: 'Password',
  current_password: 'Current password',
  new_password: 'New password',
  name: 'Name',
}

/** The public text of a broken rule. Lengths are those of the policy in force. */
export function fieldText(problem: FieldProblem, policy: PasswordPolicy): string {
  switch (problem.rule) {
    case 'too_short':
      return `Password must be at least ${minPasswordLength[policy]} characters`
    case 'guessable':
      return advice[problem.advice]
    default:
      return texts[problem.rule](labels[problem.field] ?? problem.field)
  }
}

/** What a person is told before choosing a password. */
export function passwordAdvice(policy: PasswordPolicy): string[] {
  const length = `At least ${minPasswordLength[policy]} characters.`
  return policy === 'composition'
    ? [length, 'An upper-case and a lower-case letter, a digit and a special character.']
    : [length, 'A few words that mean something to nobody else are a good choice.']
}

/** What somebody has signed in with, for reading: `password and authenticator app`. */
export function methodsText(proofs: readonly Proof[]): string {
  const names = [...new Set(proofs.map(({ method }) => methodNames[method]))]
  return names.length > 0 ? list.format(names) : 'a way that was not noted'
}

const list = new Intl.ListFormat('en-GB', { type: 'conjunction' })

const methodNames: Readonly<Record<ProofMethod, string>> = {
  password: 'password',
  totp: 'authenticator app',
  recovery_code: 'recovery code',
  passkey: 'passkey',
  passkey_presence: 'passkey',
  trusted_device: 'trusted device',
}

/** How long to wait, for reading: `in 12 minutes`. */
export function waitText(duration: number): string {
  const [count, unit] = rounded(duration)
  return `in ${count} ${unit}${count === 1 ? '' : 's'}`
}

/** A window of a limit, as the guide of limits writes it: `1 minute`, `15 minutes`. */
export function windowText(duration: number): string {
  const [count, unit] = rounded(duration)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

function rounded(duration: number): readonly [number, string] {
  const seconds = Math.max(1, Math.ceil(duration / 1000))
  if (seconds < 60) return [seconds, 'second']
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 120) return minutes === 60 ? [1, 'hour'] : [minutes, 'minute']
  const hours = Math.ceil(minutes / 60)
  return hours <= 48 ? [hours, 'hour'] : [Math.ceil(hours / 24), 'day']
}

/** Why a sign-in was refused, or a session has ended, for the owner of the account. */
export function causeText(cause: LoginCause | EndCause): string {
  return causes[cause]
}

const causes: Readonly<Record<LoginCause | EndCause, string>> = {
  unknown_account: 'Unknown account',
  wrong_password: 'Wrong password',
  disabled_account: 'The account is disabled',
  password_capped: 'After too many wrong passwords the password alone is not enough here',
  wrong_code: 'Right password, wrong code',
  passkey_refused: 'Passkey not accepted',
  too_many_sessions: 'Signed in on as many devices as allowed',
  overtaken: 'All sessions were ended meanwhile',
  signed_out: 'Signed out',
  ended_by_owner: 'Ended by you',
  replaced: 'A new sign-in took its place',
  password_changed: 'The password was changed',
  factor_changed: 'A second factor was changed',
  token_reused: 'An old refresh token was used',
  token_revoked: 'Its tokens were revoked',
  ended_by_operator: 'Ended by an operator',
}

/** A length of time in days, for reading; in hours where it is less than two. */
export function daysOf(duration: number): string {
  const hours = Math.round(duration / 3_600_000)
  const [count, unit] = hours < 48 ? [hours, 'hour'] : [Math.round(hours / 24), 'day']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
