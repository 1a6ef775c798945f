/** What the profile `composition` asks for besides length; each is a rule of its own. */
export type CompositionRule =
  | 'too_short'
  | 'no_uppercase'
  | 'no_lowercase'
  | 'no_digit'
  | 'no_special'

const minLength = 12

const classes: readonly [CompositionRule, RegExp][] = [
  ['no_uppercase', /\p{Lu}/u],
  ['no_lowercase', /\p{Ll}/u],
  ['no_digit', /\p{Nd}/u],
  ['no_special', /[!@#$%^&*()_+\-=[\]{}|;:,.<>?]/],
]

/**
 * Which parts of the classic rule does a password break? None means that it has twelve characters,
 * an upper-case and a lower-case letter, a digit and one of `!@#$%^&*()_+-=[]{}|;:,.<>?`.
 *
 * Works without a server and under every profile. All broken rules are told, always in the same
 * order; characters are code points.
 *
 * @example
 * checkComposition('mysecurepassword') // ['no_uppercase', 'no_digit', 'no_special']
 */
export function checkComposition(password: string): CompositionRule[] {
  const missing = classes.filter(([, pattern]) => !pattern.test(password)).map(([rule]) => rule)
  return [...password].length < minLength ? ['too_short', ...missing] : missing
}
