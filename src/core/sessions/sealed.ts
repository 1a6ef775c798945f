import type { Instant } from '../../kernel/clock.ts'
import { sha256 } from '../../kernel/digest.ts'
import type { Seal } from '../../kernel/seal.ts'
import type { SessionTokenKind, TokenHash } from '../../kernel/token.ts'
import type { Account, AccountId, AccountStore } from '../accounts/index.ts'
import type {
  BeginOptions,
  BegunSession,
  PresentedToken,
  SessionCarrier,
  StartedSession,
  UncarriedSession,
  UsedSession,
} from './carrier.ts'
import { maySpeak, type Standings } from './check.ts'
import type { Revocations } from './revocation.ts'
import { readSealed, writeSealed } from './sealed-form.ts'
import type { Session } from './session.ts'
import type { Ended } from './store.ts'

export interface SealedSessionsDependencies {
  readonly seal: Pick<Seal, 'seal' | 'open'>
  readonly accounts: Pick<AccountStore, 'startEpoch'>
  /** Asked at each request: all that can end a session before its time is there. */
  readonly standings: Standings
  readonly revocations: Revocations
}

/**
 * The token is the session, sealed: nothing is stored for one, so none can be ended alone. Whatever ends one
 * starts a new epoch of its account, and so ends all that it has. Not for what access tokens speak for: see
 * `CarriedByKind`.
 */
export class SealedSessions implements SessionCarrier {
  readonly listsAll = false
  readonly #deps: SealedSessionsDependencies

  constructor(deps: SealedSessionsDependencies) {
    this.#deps = deps
  }

  async begin(
    session: UncarriedSession,
    { replaces }: BeginOptions,
  ): Promise<BegunSession | 'overtaken'> {
    const former = replaces && this.#open(replaces, session.createdAt)
    if (!former) return { ...this.#sealed(session), ended: [] }
    const begun = await this.#endWith(former)
    const isOfAnother = former.accountId !== session.accountId
    const ended = begun ? [{ accountId: former.accountId, id: former.id }] : []
    if (isOfAnother || former.epoch < session.epoch) return { ...this.#sealed(session), ended }
    // What this person has proved, they have proved for the epoch that they were found in and no other:
    // the next one may have begun with another password.
    if (!begun || former.epoch > session.epoch) return 'overtaken'
    return { ...this.#sealed({ ...session, epoch: begun.epoch }), ended }
  }

  /** Under the old token it goes on as it was, unless its epoch is over: no copy of a sealed session can be ended alone. */
  async swap(session: UncarriedSession): Promise<StartedSession> {
    return this.#sealed(session)
  }

  async find(presented: PresentedToken, now: Instant): Promise<Session | undefined> {
    const session = this.#open(presented, now)
    if (!session) return undefined
    return (await maySpeak(session, this.#deps.standings)) ? session : undefined
  }

  /** A bearer token cannot be replaced on the way: it ends when it said that it would. */
  async extend(session: Session, expiresAt: Instant, now: Instant): Promise<UsedSession> {
    if (session.kind === 'bearer') return { session }
    const used = this.#sealed({ ...session, expiresAt, seenAt: now })
    return { session: used.session, renewedToken: used.token }
  }

  async end(presented: PresentedToken, now: Instant): Promise<Ended | undefined> {
    const session = this.#open(presented, now)
    const begun = session && (await this.#endWith(session))
    return begun && { accountId: session.accountId, id: session.id }
  }

  /** Which ids there are is not known: whatever is asked to end ends, with all others. */
  async endById(owner: AccountId): Promise<boolean> {
    return (await this.#startEpoch(owner)) !== undefined
  }

  async list(_account: Account, _now: Instant, asking: Session | undefined): Promise<Session[]> {
    return asking ? [asking] : []
  }

  async writeUses(): Promise<void> {}

  async isReachable(): Promise<boolean> {
    return true
  }

  async sweep(): Promise<void> {}

  /** Ends all that the account has, if it is still in this session's epoch: a session that ended ends nothing. */
  #endWith({ accountId, epoch }: Session): Promise<Account | undefined> {
    return this.#startEpoch(accountId, epoch)
  }

  async #startEpoch(owner: AccountId, after?: number): Promise<Account | undefined> {
    const begun = await this.#deps.accounts.startEpoch(owner, after)
    // Told with nothing too: word of what an earlier attempt has ended may not be out yet.
    await this.#deps.revocations.announce(begun ? [{ account: owner }] : [])
    return begun
  }

  #sealed(session: UncarriedSession): StartedSession {
    const token = this.#deps.seal.seal(session.kind as SessionTokenKind, writeSealed(session))
    return { session: { ...session, tokenHash: hashOf(token.expose()) }, token }
  }

  #open({ kind, value }: PresentedToken, now: Instant): Session | undefined {
    const token = value.expose()
    const text = this.#deps.seal.open(kind as SessionTokenKind, token)
    if (text === undefined) return undefined
    const session = readSealed(kind, text)
    return session.expiresAt > now ? { ...session, tokenHash: hashOf(token) } : undefined
  }
}

function hashOf(token: string): TokenHash {
  return sha256(token) as TokenHash
}
