import type { KeyPurpose, KeyRing } from './key-ring.ts'
import type { Random } from './random.ts'
import { nonceBytes, Xaes } from './xaes.ts'

/** A text that was sealed, and whether the key that seals now is the one that did. */
export interface Opened {
  readonly text: string
  readonly isCurrent: boolean
}

/**
 * Seals texts for one purpose: nobody can read, make or alter them without a master key. A sealed text is
 * base64url of a nonce and what is encrypted, and has one spelling.
 */
export class Sealing {
  /** The one that seals first. */
  readonly #ciphers: readonly [Xaes, ...Xaes[]]
  readonly #random: Random

  constructor(keys: KeyRing, purpose: KeyPurpose, random: Random) {
    const [first, ...older] = keys.for(purpose)
    this.#ciphers = [new Xaes(first), ...older.map((key) => new Xaes(key))]
    this.#random = random
  }

  /** @param bound - What is not in the text and must be the same when it is opened, such as whose it is. */
  seal(text: string, bound: string): string {
    const [cipher] = this.#ciphers
    const nonce = this.#random.bytes(nonceBytes)
    const message = cipher.encrypt(nonce, Buffer.from(text), Buffer.from(bound))
    return Buffer.concat([nonce, message]).toString('base64url')
  }

  /** `undefined` for anything that was not sealed by a key in the ring, for this purpose and `bound` to this. */
  open(sealed: string, bound: string): Opened | undefined {
    const bytes = Buffer.from(sealed, 'base64url')
    // Node reads many spellings of the same bytes. This has one.
    if (bytes.toString('base64url') !== sealed) return undefined
    const [nonce, message] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes)]
    for (const cipher of this.#ciphers) {
      const text = cipher.decrypt(nonce, message, Buffer.from(bound))
      if (text)
        return { text: Buffer.from(text).toString(), isCurrent: cipher === this.#ciphers[0] }
    }
    return undefined
  }
}
