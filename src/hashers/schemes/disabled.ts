import { scheme } from '../define.ts'
import type { Scheme, StoredHash } from '../scheme.ts'

// Marks that stand where a hash would, for accounts without a password. Understood, so that an import
// can report them; no password matches, the empty one included.

/** Django's `set_unusable_password`: `!` and random letters and digits. */
export const djangoDisabled: Scheme = mark('django_disabled', /^![A-Za-z0-9]{0,64}$/)

/** shadow(5): a text that no crypt(3) makes. A locked hash keeps what it was behind the mark. */
export const unixDisabled: Scheme = mark('unix_disabled', /^[!*][ -~]{0,256}$/)

function mark(name: string, shape: RegExp): Scheme {
  const hash: StoredHash = { scheme: name, cost: {}, outdated: false, matches: () => false }
  return scheme(name, 'legacy', (text) => (shape.test(text) ? hash : undefined))
}
