/** More than fits into a line of the list. */
const maxNameLength = 60

/** What an owner calls a passkey: one line, blanks trimmed. `undefined` where nothing is left, or too much. */
export function readPasskeyName(text: string): string | undefined {
  const name = text.trim()
  if (name === '' || [...name].length > maxNameLength || !name.isWellFormed()) return undefined
  return /\p{Cc}|\p{Zl}|\p{Zp}/u.test(name) ? undefined : name
}
