const alphabet = /^[A-Za-z0-9_-]*$/

/** Ends whose unused bits are zero: 2 characters more than groups of four leave 4 unused bits, 3 leave 2. */
const canonicalEnds = ['', undefined, 'AQgw', 'AEIMQUYcgkosw048'] as const

/**
 * Is this the one spelling of its bytes: base64url without padding, blanks and unused bits that are set
 * (RFC 4648, 3.5)? Node's own decoder takes many spellings for the same bytes.
 */
export function isCanonical(text: string): boolean {
  return alphabet.test(text) && endsCanonically(text)
}

/** The same where the alphabet has been looked at already. */
export function endsCanonically(text: string): boolean {
  const end = canonicalEnds[text.length % 4]
  return end === '' || (end?.includes(text.charAt(text.length - 1)) ?? false)
}

/** `undefined` for anything but the one spelling. */
export function decodeBase64url(text: unknown): Buffer | undefined {
  return typeof text === 'string' && isCanonical(text) ? Buffer.from(text, 'base64url') : undefined
}
