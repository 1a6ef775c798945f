import type { PasswordHash, StoredPassword } from './password.ts'
import type { Plaintext } from './plaintext.ts'

/** What a hash says of a password. */
export interface Verification {
  readonly ok: boolean
  /** Right, and the hash should be replaced: an older scheme, a lower cost, another key. */
  readonly needsRehash: boolean
}

/** A rule of the scheme that makes hashes, beyond those of every password. */
export type SchemeRule = 'too_long' | 'forbidden_character'

/** Port to password hashing. Slow by intention, so implementations work off the main thread. */
export interface PasswordHasher {
  /** The rule that stands against a hash of this password. Cheap: ask before `hash`. */
  refusal(password: Plaintext): SchemeRule | undefined

  /**
   * Makes a hash of the composed form.
   * @throws {OverloadedError} The queue is full; nothing was computed.
   * @throws The signal's reason: it was given while the call waited for its turn.
   */
  hash(password: Plaintext, signal?: AbortSignal): Promise<PasswordHash>

  /**
   * Does the password belong to the hash? A malformed, unknown or absurdly expensive hash is a no, and
   * takes as long as any other.
   * @throws {OverloadedError} The queue is full; nothing was computed.
   * @throws The signal's reason: it was given while the call waited for its turn.
   */
  verify(password: Plaintext, stored: StoredPassword, signal?: AbortSignal): Promise<Verification>

  /** A hash that no password matches, as expensive to verify as a new one. */
  decoy(): PasswordHash
}
