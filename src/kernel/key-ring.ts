import { hkdfSync } from 'node:crypto'
import type { Secret } from './secret.ts'

/** What a derived key is for. Two purposes never share a key. */
export type KeyPurpose =
  | 'audit trail'
  | 'csrf'
  | 'known device'
  | 'limit key'
  | 'passkey challenge'
  | 'recovery code'
  | 'refresh token'
  | 'sealed session'
  | 'signing key'
  | 'totp secret'

/**
 * The master keys: the first one makes, all of them understand. Replacing a key therefore logs
 * nobody out: put the new one first and drop the old one when nothing made with it is left.
 */
export class KeyRing {
  readonly #masterKeys: readonly [Secret, ...Secret[]]
  readonly #derived = new Map<KeyPurpose, readonly Uint8Array[]>()

  constructor(masterKeys: readonly [Secret, ...Secret[]]) {
    this.#masterKeys = masterKeys
  }

  /** The keys for one purpose, the one to make new things with first. 256 bits each, by HKDF (RFC 5869). */
  for(purpose: KeyPurpose): readonly [Uint8Array, ...Uint8Array[]] {
    let keys = this.#derived.get(purpose)
    if (!keys) {
      keys = this.#masterKeys.map((master) => derive(master, purpose))
      this.#derived.set(purpose, keys)
    }
    return keys as readonly [Uint8Array, ...Uint8Array[]]
  }
}

function derive(master: Secret, purpose: KeyPurpose): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', master.expose(), '', `sallyport/${purpose}`, 32))
}
