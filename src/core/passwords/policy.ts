import type { Plaintext } from './plaintext.ts'

export const passwordPolicies = ['strength', 'nist', 'composition'] as const

/** Which passwords may be chosen. Asked when one is set, never when one is verified. */
export type PasswordPolicy = (typeof passwordPolicies)[number]

export type PolicyRule =
  | 'too_short'
  | 'no_uppercase'
  | 'no_lowercase'
  | 'no_digit'
  | 'no_special'
  | 'context_word'

/** In code points: what a person would count as characters. */
export const minPasswordLength: Readonly<Record<PasswordPolicy, number>> = {
  strength: 12,
  // 15 where the password is the only factor (NIST SP 800-63B-4, 3.1.1.2).
  nist: 15,
  composition: 12,
}

/** What must be left of a password when the context words are taken out (ASVS 5.0, 6.2.1 and 6.2.11). */
const minLengthWithoutContext = 8

const composition: readonly [PolicyRule, RegExp][] = [
  ['no_uppercase', /\p{Lu}/u],
  ['no_lowercase', /\p{Ll}/u],
  ['no_digit', /\p{Nd}/u],
  ['no_special', /[!@#$%^&*()_+\-=[\]{}|;:,.<>?]/],
]

/** All rules that the password breaks under the policy, in a fixed order; none means that it may be used. */
export function brokenRules(
  policy: PasswordPolicy,
  password: Plaintext,
  context: readonly string[],
): PolicyRule[] {
  const text = password.expose()
  const broken: PolicyRule[] = []
  if (lengthOf(text) < minPasswordLength[policy]) broken.push('too_short')
  if (policy === 'composition') {
    broken.push(...composition.filter(([, pattern]) => !pattern.test(text)).map(([rule]) => rule))
  }
  if (leansOn(context, text)) broken.push('context_word')
  return broken
}

/** Words that a stranger would try first: of the person and of the service, whole and in parts. */
export function contextWords(texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)])
  const folded = words.map((word) => word.normalize('NFKC').toLowerCase())
  // Longest first, so that taking out `ann` does not break up `annabel`.
  return [...new Set(folded)]
    .filter((word) => lengthOf(word) >= 3)
    .sort((a, b) => b.length - a.length)
}

function leansOn(words: readonly string[], text: string): boolean {
  const folded = text.normalize('NFKC').toLowerCase()
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), folded)
  return rest !== folded && lengthOf(rest) < minLengthWithoutContext
}

function lengthOf(text: string): number {
  return [...text].length
}
