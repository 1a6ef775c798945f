/** The text with another character at a place, counted from the end where it is negative. */
export function altered(text: string, at: number): string {
  const index = at < 0 ? text.length + at : at
  const other = text[index] === 'A' ? 'B' : 'A'
  return text.slice(0, index) + other + text.slice(index + 1)
}
