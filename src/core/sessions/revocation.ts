import type { TokenHash } from '../../kernel/token.ts'
import type { AccountId } from '../accounts/index.ts'
import type { SessionId } from './session.ts'

/** What was ended by somebody's will: one session, or every session that the account had. */
export interface Revocation {
  readonly account: AccountId
  /** Left out: all of them. */
  readonly session?: SessionId | undefined
}

/**
 * A token whose session the store does not know any more, nor whose it was. Somebody may remember it: whoever
 * ended it may have been killed before it could tell, or the store has lost it.
 */
export interface Forgotten {
  readonly token: TokenHash
}

export type Word = Revocation | Forgotten

/** Told of what has just been ended in the store. */
export interface Revocations {
  /**
   * Resolves when nothing in this process answers from memory what was revoked, and every other process
   * that remembers has been sent word: of these, and of all before that could not be sent.
   *
   * @throws {StoreUnavailableError} The word could not be sent: the revocation must not be acknowledged.
   */
  announce(words: readonly Word[]): Promise<void>
}
