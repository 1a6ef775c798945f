const alphabet = /^[\w-]*$/

/** Ends whose unused bits are zero: 2 characters more than groups of four leave 4 unused bits, 3 leave 2. */
const canonicalEnds = ['', undefined, 'AQgw', 'AEIMQUYcgkosw048'] as const

/**
 * The bytes of base64url in its one spelling: without padding, blanks and unused bits that are set (RFC 4648, 3.5).
 * `undefined` for anything else. Node's own decoder takes many spellings for the same bytes: it leaves out what it
 * does not know, and of a letter beyond ASCII it looks at the lower half.
 */
export function decodeBase64url(text: unknown): Buffer | undefined {
  const isOne = typeof text === 'string' && alphabet.test(text) && endsCanonically(text)
  return isOne ? Buffer.from(text, 'base64url') : undefined
}

/** Has the end of this text, which is of the alphabet, no unused bits that are set? */
export function endsCanonically(text: string): boolean {
  const end = canonicalEnds[text.length % 4]
  return end === '' || (end?.includes(text.charAt(text.length - 1)) ?? false)
}
