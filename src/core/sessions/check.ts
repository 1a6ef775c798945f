import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { AccountId } from '../accounts/index.ts'
import { type Standing, speaksFor } from './policy.ts'
import type { Session } from './session.ts'

/** Answers the question that every request asks. */
export interface SessionCheck {
  /** The session under this hash, if it is live at `now` and may speak for its account. */
  find(hash: TokenHash, now: Instant): Promise<Session | undefined>

  /** The same from memory alone; `undefined` says nothing. A promise costs a good part of a check. */
  atOnce?(hash: TokenHash, now: Instant): Session | undefined

  /** Told when the end of a session that it found has moved. */
  moved?(session: Session): void

  /** `undefined` where nothing is remembered. */
  readonly counts?: CacheCounts | undefined
}

/** How often memory answered, and how often a store had to. */
export interface CacheCounts {
  readonly hits: number
  readonly misses: number
}

export interface Standings {
  /** As it is now: never from memory. */
  standingOf(id: AccountId): Promise<Standing | undefined>

  /** From memory alone; `undefined` says nothing. */
  atOnce?(id: AccountId): Standing | undefined

  /** `undefined` where nothing is remembered. */
  readonly counts?: CacheCounts | undefined
}

/** Where sessions are kept apart from accounts: both are asked. */
export class SplitCheck implements SessionCheck {
  readonly #sessions: SessionCheck
  readonly #standings: Standings

  constructor(sessions: SessionCheck, standings: Standings) {
    this.#sessions = sessions
    this.#standings = standings
  }

  atOnce(hash: TokenHash, now: Instant): Session | undefined {
    const session = this.#sessions.atOnce?.(hash, now)
    if (!session) return undefined
    return speaksFor(session, this.#standings.atOnce?.(session.accountId)) ? session : undefined
  }

  async find(hash: TokenHash, now: Instant): Promise<Session | undefined> {
    const session = await this.#sessions.find(hash, now)
    if (!session) return undefined
    return (await maySpeak(session, this.#standings)) ? session : undefined
  }

  moved(session: Session): void {
    this.#sessions.moved?.(session)
  }
}

/** May it speak for its account, as far as is remembered, or else as things are? */
export async function maySpeak(session: Session, standings: Standings): Promise<boolean> {
  const { accountId } = session
  // A remembered no may be older than the session, which may be the first of a new epoch.
  if (speaksFor(session, standings.atOnce?.(accountId))) return true
  return speaksFor(session, await standings.standingOf(accountId))
}
