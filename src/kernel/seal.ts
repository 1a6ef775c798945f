import type { KeyRing } from './key-ring.ts'
import type { Random } from './random.ts'
import { Sealing } from './sealing.ts'
import { Secret } from './secret.ts'
import { type SessionTokenKind, sealedPrefixes } from './token.ts'

/** With the name and the attributes of a cookie less than the 4,096 bytes that every browser keeps. */
const maxLength = 4000

/**
 * Tokens that carry a text which nobody can read, make or alter without the master key: a prefix, and what is
 * sealed. The prefix, so the door and the version of the form, is bound.
 */
export class Seal {
  readonly #sealing: Sealing

  constructor(keys: KeyRing, random: Random) {
    this.#sealing = new Sealing(keys, 'sealed session', random)
  }

  seal(kind: SessionTokenKind, text: string): Secret {
    const prefix = prefixOf(kind)
    const token = prefix + this.#sealing.seal(text, prefix)
    if (token.length > maxLength) throw new RangeError('too long to be sealed')
    return new Secret(token)
  }

  /** The text in a token of this kind; `undefined` for anything that was not sealed by a key in the ring. */
  open(kind: SessionTokenKind, token: string): string | undefined {
    const prefix = prefixOf(kind)
    if (token.length > maxLength || !token.startsWith(prefix)) return undefined
    return this.#sealing.open(token.slice(prefix.length), prefix)?.text
  }
}

function prefixOf(kind: SessionTokenKind): string {
  return `${sealedPrefixes[kind]}_`
}
