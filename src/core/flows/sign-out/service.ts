import type { AccountId } from '../../accounts/index.ts'
import type { Audit, EndCause } from '../../audit/index.ts'
import type {
  Authenticated,
  PresentedToken,
  SessionId,
  Sessions,
  StartedSession,
} from '../../sessions/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'

export interface SignOutDependencies {
  readonly sessions: Pick<Sessions, 'end' | 'endById' | 'endOthers' | 'endAll'>
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record'>
}

/** Ends sessions, and writes down why. */
export class SignOut {
  readonly #deps: SignOutDependencies

  constructor(deps: SignOutDependencies) {
    this.#deps = deps
  }

  /** Ends the session of this token. Anything else is none, and nobody is told. */
  end(presented: PresentedToken): Promise<void> {
    const { sessions, unitOfWork, audit } = this.#deps
    return unitOfWork.run(async () => {
      const ended = await sessions.end(presented)
      if (!ended) return
      const about = { subject: ended.accountId, session: ended.id }
      await audit.record('session.ended', about, { cause: 'signed_out' })
    })
  }

  /** Ends one session of the account. `false` when it has no such session, or not any more. */
  endById(subject: AccountId, session: SessionId, cause: EndCause): Promise<boolean> {
    const { sessions, unitOfWork, audit } = this.#deps
    return unitOfWork.run(async () => {
      const isEnded = await sessions.endById(subject, session)
      const actor = cause === 'ended_by_operator' ? 'operator' : subject
      if (isEnded) await audit.record('session.ended', { actor, subject, session }, { cause })
      return isEnded
    })
  }

  /** Ends every session but the one that asks, which goes on under a new token. */
  endOthers(actor: Authenticated, presented: PresentedToken): Promise<StartedSession | undefined> {
    const { sessions, unitOfWork, audit } = this.#deps
    return unitOfWork.run(async () => {
      const renewed = await sessions.endOthers(actor, presented)
      if (renewed) {
        const about = { subject: actor.accountId, session: renewed.session.id }
        await audit.record('sessions.ended', about, { cause: 'ended_by_owner' })
      }
      return renewed
    })
  }

  /** Ends every session of the account. `false` when there is no such account. */
  endAll(subject: AccountId, cause: EndCause): Promise<boolean> {
    const { sessions, unitOfWork, audit } = this.#deps
    return unitOfWork.run(async () => {
      const isEnded = await sessions.endAll(subject)
      if (isEnded) {
        await audit.record('sessions.ended', { actor: 'operator', subject }, { cause })
      }
      return isEnded
    })
  }
}
