import type { KeyRing } from './key-ring.ts'
import type { Random } from './random.ts'
import { Secret } from './secret.ts'
import { sealedPrefixes, type TokenKind } from './token.ts'
import { nonceBytes, Xaes } from './xaes.ts'

/** With the name and the attributes of a cookie less than the 4,096 bytes that every browser keeps. */
const maxLength = 4000

/**
 * Tokens that carry a text which nobody can read, make or alter without the master key: a prefix, and in
 * base64url a nonce and what is encrypted. The prefix, so the door and the version of the form, is bound.
 */
export class Seal {
  /** The one that seals first. */
  readonly #ciphers: readonly [Xaes, ...Xaes[]]
  readonly #random: Random

  constructor(keys: KeyRing, random: Random) {
    const [first, ...older] = keys.for('sealed session')
    this.#ciphers = [new Xaes(first), ...older.map((key) => new Xaes(key))]
    this.#random = random
  }

  seal(kind: TokenKind, text: string): Secret {
    const prefix = prefixOf(kind)
    const [cipher] = this.#ciphers
    const nonce = this.#random.bytes(nonceBytes)
    const message = cipher.encrypt(nonce, Buffer.from(text), Buffer.from(prefix))
    const token = prefix + Buffer.concat([nonce, message]).toString('base64url')
    if (token.length > maxLength) throw new RangeError('too long to be sealed')
    return new Secret(token)
  }

  /** The text in a token of this kind; `undefined` for anything that was not sealed by a key in the ring. */
  open(kind: TokenKind, token: string): string | undefined {
    const prefix = prefixOf(kind)
    if (token.length > maxLength || !token.startsWith(prefix)) return undefined
    const encoded = token.slice(prefix.length)
    const bytes = Buffer.from(encoded, 'base64url')
    // Node reads many spellings of the same bytes. A token has one.
    if (bytes.toString('base64url') !== encoded) return undefined
    const [nonce, message] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes)]
    for (const cipher of this.#ciphers) {
      const text = cipher.decrypt(nonce, message, Buffer.from(prefix))
      if (text) return Buffer.from(text).toString()
    }
    return undefined
  }
}

function prefixOf(kind: TokenKind): string {
  return `${sealedPrefixes[kind]}_`
}
