import { type Cipheriv, createCipheriv, createDecipheriv } from 'node:crypto'

export const nonceBytes = 24

const gcmNonceStart = 12
const tag = { authTagLength: 16 } as const

/**
 * XAES-256-GCM (C2SP): AES-256-GCM with a key of its own for each message, derived by the first half of a
 * nonce of 192 random bits; the other half is the nonce of GCM. With 96 random bits alone a key would be good
 * for 2^32 messages (NIST SP 800-38D, 8.3): with sessions that slide, for some months of a busy service.
 */
export class Xaes {
  /** Keeps nothing from one block to the next, so it can be had once: making one costs more than using it. */
  readonly #aes: Cipheriv
  readonly #subkey: Uint8Array

  constructor(key: Uint8Array) {
    this.#aes = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
    this.#subkey = doubled(this.#aes.update(new Uint8Array(16)))
  }

  /** @param bound - What is not in the message and must be the same when it is opened. */
  encrypt(nonce: Uint8Array, text: Uint8Array, bound: Uint8Array): Uint8Array {
    const key = this.#messageKey(nonce)
    const cipher = createCipheriv('aes-256-gcm', key, nonce.subarray(gcmNonceStart), tag)
    cipher.setAAD(bound)
    return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
  }

  /** What was encrypted; `undefined` unless key, nonce, message and what is bound are all as they were. */
  decrypt(nonce: Uint8Array, message: Uint8Array, bound: Uint8Array): Uint8Array | undefined {
    const end = message.byteLength - tag.authTagLength
    if (nonce.byteLength !== nonceBytes || end < 0) return undefined
    const key = this.#messageKey(nonce)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce.subarray(gcmNonceStart), tag)
    decipher.setAAD(bound)
    decipher.setAuthTag(message.subarray(end))
    const text = decipher.update(message.subarray(0, end))
    try {
      return Buffer.concat([text, decipher.final()])
    } catch {
      return undefined
    }
  }

  /** Two blocks of the KDF in counter mode with AES-CMAC (NIST SP 800-108), as the specification writes it. */
  #messageKey(nonce: Uint8Array): Uint8Array {
    const blocks = [1, 2].flatMap((counter) =>
      [0, counter, 0x58, 0, ...nonce.subarray(0, gcmNonceStart)].map(
        (byte, at) => byte ^ (this.#subkey[at] as number),
      ),
    )
    return this.#aes.update(Uint8Array.from(blocks))
  }
}

/** Multiplied by x in GF(2^128): the first subkey of CMAC (RFC 4493, 2.3). */
function doubled(block: Uint8Array): Uint8Array {
  const carry = (block[0] as number) >> 7
  return block.map((byte, at) => {
    const low = at + 1 < block.length ? (block[at + 1] as number) >> 7 : carry * 0x87
    return (byte << 1) ^ low
  })
}
