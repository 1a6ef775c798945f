import type { Instant } from '../../kernel/clock.ts'
import type { Account, AccountId } from '../accounts/index.ts'
import type {
  BeginOptions,
  BegunSession,
  PresentedToken,
  SessionCarrier,
  StartedSession,
  UncarriedSession,
  UsedSession,
} from './carrier.ts'
import type { Session, SessionId } from './session.ts'
import type { Ended } from './store.ts'

/**
 * Where sessions are sealed in their tokens: those that access tokens speak for are stored all the same. What
 * they are refreshed by is stored too, and spent by use; a copy in each token could not know of that.
 */
export class CarriedByKind implements SessionCarrier {
  readonly listsAll = false
  readonly #sealed: SessionCarrier
  readonly #stored: SessionCarrier

  constructor(sealed: SessionCarrier, stored: SessionCarrier) {
    this.#sealed = sealed
    this.#stored = stored
  }

  async begin(
    session: UncarriedSession,
    options: BeginOptions,
  ): Promise<BegunSession | 'full' | 'overtaken'> {
    const { replaces, ...others } = options
    const carrier = this.#of(session)
    if (!replaces || this.#of(replaces) === carrier) return carrier.begin(session, options)
    const former = await this.#of(replaces).find(replaces, session.createdAt)
    if (!former) return carrier.begin(session, others)
    const gone = await this.#of(replaces).end(replaces, session.createdAt)
    // A sealed one ends with the epoch that this one was to begin in.
    const isSealed = former.kind !== 'jwt' && former.accountId === session.accountId
    if (isSealed) return 'overtaken'
    const begun = await carrier.begin(session, others)
    if (begun === 'full' || begun === 'overtaken' || !gone) return begun
    return { ...begun, ended: [...begun.ended, gone] }
  }

  swap(session: UncarriedSession, former: PresentedToken): Promise<StartedSession | undefined> {
    return this.#of(session).swap(session, former)
  }

  atOnce(presented: PresentedToken, now: Instant): Session | undefined {
    return this.#of(presented).atOnce?.(presented, now)
  }

  find(presented: PresentedToken, now: Instant): Promise<Session | undefined> {
    return this.#of(presented).find(presented, now)
  }

  extend(session: Session, expiresAt: Instant, now: Instant): Promise<UsedSession> {
    return this.#of(session).extend(session, expiresAt, now)
  }

  end(presented: PresentedToken, now: Instant): Promise<Ended | undefined> {
    return this.#of(presented).end(presented, now)
  }

  /** One that is stored ends alone; whatever else is asked to end ends with all others. */
  async endById(owner: AccountId, id: SessionId): Promise<boolean> {
    return (await this.#stored.endById(owner, id)) || this.#sealed.endById(owner, id)
  }

  async list(account: Account, now: Instant, asking: Session | undefined): Promise<Session[]> {
    const stored = await this.#stored.list(account, now, asking)
    return asking && asking.kind !== 'jwt' ? [asking, ...stored] : stored
  }

  writeUses(): Promise<void> {
    return this.#stored.writeUses()
  }

  isReachable(now: Instant): Promise<boolean> {
    return this.#stored.isReachable(now)
  }

  sweep(now: Instant): Promise<void> {
    return this.#stored.sweep(now)
  }

  #of({ kind }: Pick<Session, 'kind'>): SessionCarrier {
    return kind === 'jwt' ? this.#stored : this.#sealed
  }
}
