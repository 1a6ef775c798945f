import type { AccountId } from '../accounts/index.ts'
import type { SessionId } from './session.ts'

/** What was ended by somebody's will: one session, or every session that the account had. */
export interface Revocation {
  readonly account: AccountId
  /** Left out: all of them. */
  readonly session?: SessionId | undefined
}

/** Told of what has just been ended in the store. */
export interface Revocations {
  /**
   * Resolves when nothing in this process answers from memory what was revoked, and every other process
   * that remembers has been sent word: of these, and of all before that could not be sent.
   *
   * @throws {StoreUnavailableError} The word could not be sent: the revocation must not be acknowledged.
   */
  announce(revocations: readonly Revocation[]): Promise<void>
}
