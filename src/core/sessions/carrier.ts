import type { Instant } from '../../kernel/clock.ts'
import type { Secret } from '../../kernel/secret.ts'
import type { TokenKind } from '../../kernel/token.ts'
import type { Account, AccountId } from '../accounts/index.ts'
import type { Session, SessionId } from './session.ts'
import type { Ended, InsertOptions } from './store.ts'

/**
 * A token as it came with a request: not checked yet, perhaps not even well formed. Of an access token (`jwt`)
 * the id of the session that it names, its signature having been verified.
 */
export interface PresentedToken {
  readonly kind: TokenKind
  readonly value: Secret
}

/** The session, and its token: the only time that the token is known. */
export interface StartedSession {
  readonly session: Session
  readonly token: Secret
}

/** A session, and those that ended so that it could begin. */
export interface BegunSession extends StartedSession {
  readonly ended: readonly Ended[]
}

/** What a session is before there is a token for it. */
export type UncarriedSession = Omit<Session, 'tokenHash'>

export interface BeginOptions extends Omit<InsertOptions, 'replaced'> {
  /** The token of the session that this one takes the place of. */
  readonly replaces?: PresentedToken | undefined
}

/** A session that was used, and where it cannot be told elsewhere, the token that says so. */
export interface UsedSession {
  readonly session: Session
  /** Takes the place of the token that was presented; that one stays good until its own end. */
  readonly renewedToken?: Secret
}

/**
 * How sessions and their tokens belong together. There are two ways: a token is random, and its hash finds
 * a session in a store (`StoredSessions`); or the token is the session, sealed (`SealedSessions`).
 */
export interface SessionCarrier {
  /** Can it tell every session of an account? Else it knows only the one that asks. */
  readonly listsAll: boolean

  /**
   * Gives a new session its token, and ends the one that it takes the place of. `'full'`: there was no room,
   * and nothing has happened. `'overtaken'`: every session of the account was ended since it was read; who
   * asks must prove again who they are.
   */
  begin(
    session: UncarriedSession,
    options: BeginOptions,
  ): Promise<BegunSession | 'full' | 'overtaken'>

  /**
   * Gives a session another token, and ends it under the `former` one in the same step.
   * `undefined` when that had ended: of any number of parallel callers one goes on.
   */
  swap(session: UncarriedSession, former: PresentedToken): Promise<StartedSession | undefined>

  /** The session of this token, if it is live at `now` and may speak for its account. */
  find(presented: PresentedToken, now: Instant): Promise<Session | undefined>

  /** The same from memory alone; `undefined` says nothing. A promise costs a good part of a check. */
  atOnce?(presented: PresentedToken, now: Instant): Session | undefined

  /** Moves the end of a session that was found, since it was used at `now`. */
  extend(session: Session, expiresAt: Instant, now: Instant): Promise<UsedSession>

  /**
   * Ends the session of this token, and perhaps others with it; tells which it was. Anything else is none, and stays
   * none.
   */
  end(presented: PresentedToken, now: Instant): Promise<Ended | undefined>

  /** As `end`, by its id. `false` when the account has no such session, as far as can be known. */
  endById(owner: AccountId, id: SessionId): Promise<boolean>

  /** The account's sessions that are live at `now`, the last used first, as far as `listsAll` says. */
  list(account: Account, now: Instant, asking: Session | undefined): Promise<Session[]>

  /** Writes down which sessions were used. */
  writeUses(): Promise<void>

  isReachable(now: Instant): Promise<boolean>

  /** Removes sessions that are over. */
  sweep(now: Instant): Promise<void>
}
