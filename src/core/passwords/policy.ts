import { type CompositionRule, checkComposition } from './composition.ts'
import type { GuessAdvice } from './estimate.ts'
import type { SchemeRule } from './hasher.ts'

export const passwordPolicies = ['strength', 'nist', 'composition'] as const

/** Which passwords may be chosen. Asked when one is set, never when one is verified. */
export type PasswordPolicy = (typeof passwordPolicies)[number]

export type PolicyRule = CompositionRule | 'context_word' | 'common' | 'guessable' | 'breached'

/** A rule that a new password breaks; what is easy to guess comes with what would help. */
export type BrokenRule =
  | { readonly rule: Exclude<PolicyRule, 'guessable'> | SchemeRule }
  | { readonly rule: 'guessable'; readonly advice: GuessAdvice }

/** In code points: what a person would count as characters. */
export const minPasswordLength: Readonly<Record<PasswordPolicy, number>> = {
  strength: 12,
  // 15 where the password is the only factor (NIST SP 800-63B-4, 3.1.1.2).
  nist: 15,
  composition: 12,
}

/** What must be left of a password when the context words are taken out (ASVS 5.0, 6.2.1 and 6.2.11). */
const minLengthWithoutContext = 8

/** The rules that the text alone can break, in a fixed order. */
export function rulesOfText(
  policy: PasswordPolicy,
  text: string,
  context: readonly string[],
): BrokenRule[] {
  const broken: PolicyRule[] = policy === 'composition' ? checkComposition(text) : []
  if (policy !== 'composition' && lengthOf(text) < minPasswordLength[policy]) {
    broken.push('too_short')
  }
  if (leansOn(context, text)) broken.push('context_word')
  return broken.map((rule) => ({ rule }) as BrokenRule)
}

/** No address or name that is accepted is longer; what is sent may be, and each word costs an estimate time. */
const maxContextLength = 512

/** Words that a stranger would try first: of the person and of the service, whole and in parts. */
export function contextWords(texts: readonly string[]): string[] {
  const bounded = texts.map((text) => text.slice(0, maxContextLength))
  const words = bounded.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)])
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

/**
 * Wrong passwords in a row, from anywhere and over any time, after which the password alone signs in on no device that
 * its owner has not signed in on before: until it is changed, or something else proves the owner (NIST SP 800-63B-4, 3.2.2).
 */
export const maxPasswordFailures = 100
