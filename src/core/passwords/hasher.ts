import type { PasswordHash } from './password.ts'
import type { Plaintext } from './plaintext.ts'

/** Port to password hashing. Slow by intention, so implementations work off the main thread. */
export interface PasswordHasher {
  /** @throws {OverloadedError} The queue is full; nothing was computed. */
  hash(password: Plaintext): Promise<PasswordHash>

  /**
   * Does the password belong to the hash? A malformed, unknown or absurdly expensive hash is `false`.
   * @throws {OverloadedError} The queue is full; nothing was computed.
   */
  verify(password: Plaintext, hash: PasswordHash): Promise<boolean>

  /** A hash that no password matches, as expensive to verify as a new one. */
  decoy(): PasswordHash
}
