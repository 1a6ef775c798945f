import type { Brand } from '../../kernel/brand.ts'

/** What a person is called: trimmed, NFC, printable. Not escaped: whoever shows it escapes for the place. */
export type PersonName = Brand<string, 'PersonName'>

export type NameRule = 'required' | 'too_long' | 'forbidden_character'

export const maxNameLength = 200

/**
 * Control characters, line and paragraph separators, and marks that change the writing direction:
 * they could forge log lines, mail headers, or the text around the name.
 */
const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** Reads a name, or tells the first rule that it breaks. Length counts code points. */
export function parseName(text: string): { name: PersonName } | { broken: NameRule } {
  if (!text.isWellFormed()) return { broken: 'forbidden_character' }
  const name = text.normalize('NFC').trim()
  if (forbidden.test(name)) return { broken: 'forbidden_character' }
  if (!/\p{L}|\p{N}|\p{S}/u.test(name)) return { broken: 'required' }
  if ([...name].length > maxNameLength) return { broken: 'too_long' }
  return { name: name as PersonName }
}
