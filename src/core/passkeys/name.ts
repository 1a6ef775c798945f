/** More than fits into a line of the list. */
const maxNameLength = 60

/** Of controls, other lines, and marks that would turn the text around them (Unicode UAX 9). */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** What an owner calls a passkey: one line, blanks trimmed. `undefined` where nothing is left, or too much. */
export function readPasskeyName(text: string): string | undefined {
  const name = text.trim()
  if (name === '' || [...name].length > maxNameLength || !name.isWellFormed()) return undefined
  return unfit.test(name) ? undefined : name
}
