import { before, type Clock, type Instant } from '../../kernel/clock.ts'
import { publicId, type Random } from '../../kernel/random.ts'
import type { Secret } from '../../kernel/secret.ts'
import type { TokenKind } from '../../kernel/token.ts'
import type { Account, AccountId, AccountStore } from '../accounts/index.ts'
import { type Proof, provedSince, withProof } from '../assurance/index.ts'
import type {
  BegunSession,
  PresentedToken,
  SessionCarrier,
  StartedSession,
  UncarriedSession,
} from './carrier.ts'
import {
  deadlineAfter,
  firstDeadlines,
  isWorthNoting,
  renewedDeadline,
  type SessionPolicy,
} from './policy.ts'
import type { Revocations } from './revocation.ts'
import type { Client, Session, SessionId } from './session.ts'
import type { Ended } from './store.ts'

/** Longer texts are nobody's browser. */
const maxAgent = 300

/** An IPv6 address with the name of an interface; what is longer was never one. */
const maxAddress = 64

export interface SessionDependencies {
  readonly carrier: SessionCarrier
  readonly revocations: Revocations
  readonly accounts: AccountStore
  readonly policy: SessionPolicy
  readonly clock: Clock
  readonly random: Random
}

export interface NewSession {
  readonly kind: TokenKind
  readonly proofs: readonly Proof[]
  readonly client: Client
  /** The token that the sign-in request carried, if any: it dies as the new one is born. */
  readonly replaces?: PresentedToken | undefined
}

/**
 * Who is asking, and by which session. No copy of the person: that could be of yesterday, and most
 * requests need no more than the id.
 */
export interface Authenticated {
  readonly accountId: AccountId
  readonly session: Session
  /**
   * With sealed sessions, once in a while: the token that takes the place of the one that came with the
   * request, for a browser to keep. Without it the session ends when it would have ended without this use.
   */
  readonly renewedToken?: Secret
}

export class Sessions {
  readonly #deps: SessionDependencies

  constructor(deps: SessionDependencies) {
    this.#deps = deps
  }

  /**
   * Only `completeLogin()` calls this: a session exists when every due factor has been given. `'full'`
   * when the account has as many as it may have, and the policy ends none for a new one. `'overtaken'`
   * when all that it had was ended since it was read: what was proved then may not hold any more.
   */
  async start(
    account: Account,
    { kind, proofs, client, replaces }: NewSession,
  ): Promise<BegunSession | 'full' | 'overtaken'> {
    const { carrier, policy, clock, random } = this.#deps
    const now = clock.now()
    const session: UncarriedSession = {
      id: publicId(random, 'sn') as SessionId,
      kind,
      accountId: account.id,
      epoch: account.epoch,
      proofs,
      client: {
        agent: client.agent.slice(0, maxAgent).toWellFormed(),
        address: client.address.slice(0, maxAddress),
      },
      createdAt: now,
      authenticatedAt: now,
      seenAt: now,
      ...firstDeadlines(policy, kind, now),
    }
    const { perAccount: most, whenFull } = policy
    return carrier.begin(session, { replaces, most, whenFull })
  }

  /**
   * Goes on with a session under a new token, in the epoch that the account has just begun: every other
   * session ended with the last one. Under the old token it ends; how and where the person signed in, and
   * when at the latest they must again, stays as it was. `undefined` when it has ended meanwhile: whoever was signed out
   * stays signed out.
   */
  async renew(
    { id: _, tokenHash: __, ...session }: Session,
    account: Account,
    { replaces, proof }: { readonly replaces: PresentedToken; readonly proof?: Proof },
  ): Promise<StartedSession | undefined> {
    const { carrier, revocations, policy, clock, random } = this.#deps
    await revocations.announce([{ account: account.id }])
    const now = clock.now()
    const renewed: UncarriedSession = {
      ...session,
      id: publicId(random, 'sn') as SessionId,
      epoch: account.epoch,
      ...(proof && proved(session, proof)),
      seenAt: now,
      expiresAt: deadlineAfter(policy, session, now),
    }
    return carrier.swap(renewed, replaces)
  }

  /**
   * Goes on with a session under a new token, now that its owner has proved once more who they are. `undefined`
   * when it has ended meanwhile: whoever was signed out stays signed out.
   */
  async prove(
    { id: _, tokenHash: __, ...session }: Session,
    { replaces, proof }: { readonly replaces: PresentedToken; readonly proof: Proof },
  ): Promise<StartedSession | undefined> {
    const { carrier, policy, clock, random } = this.#deps
    const now = clock.now()
    const next: UncarriedSession = {
      ...session,
      id: publicId(random, 'sn') as SessionId,
      ...proved(session, proof),
      seenAt: now,
      expiresAt: deadlineAfter(policy, session, now),
    }
    return carrier.swap(next, replaces)
  }

  /**
   * Tells who is behind a token, or `undefined` when nobody is. Unknown, expired and ended
   * sessions, and those of disabled accounts, are deliberately indistinguishable.
   */
  async authenticate(presented: PresentedToken | undefined): Promise<Authenticated | undefined> {
    if (!presented) return undefined
    const { carrier, policy, clock } = this.#deps
    const now = clock.now()
    const session = carrier.atOnce?.(presented, now) ?? (await carrier.find(presented, now))
    if (!session) return undefined
    const { accountId } = session

    const renewed = renewedDeadline(policy, session, now)
    if (!renewed) return { accountId, session }
    return { accountId, ...(await carrier.extend(session, renewed, now)) }
  }

  /** When a session is over that is used now and not again. */
  deadlineAfterUse(session: Session): Instant {
    const { policy, clock } = this.#deps
    return deadlineAfter(policy, session, clock.now())
  }

  /** Notes that a session was used by its refresh token: nothing else moves the end of one that has such a token. */
  async prolong(session: Session): Promise<void> {
    const { carrier, clock } = this.#deps
    if (!isWorthNoting(session, clock.now())) return
    await carrier.extend(session, this.deadlineAfterUse(session), clock.now())
  }

  /** Writes down which sessions were used. Called a few times a second, and at the end. */
  writeUses(): Promise<void> {
    return this.#deps.carrier.writeUses()
  }

  /** Ends the session of this token, and tells which it was. Anything else that is presented is none, and stays none. */
  end(presented: PresentedToken): Promise<Ended | undefined> {
    const { carrier, clock } = this.#deps
    return carrier.end(presented, clock.now())
  }

  /** Does `list()` tell every session? Else only the one that is asking. */
  get listsAll(): boolean {
    return this.#deps.carrier.listsAll
  }

  /** Every session that can speak for the account now, the last used first. */
  async list(owner: AccountId, asking?: Session): Promise<Session[]> {
    const { carrier, accounts, clock } = this.#deps
    const account = await accounts.findById(owner)
    return account ? carrier.list(account, clock.now(), asking) : []
  }

  /** Ends one session of this account. `false` when it has no such session, or not any more. */
  endById(owner: AccountId, id: SessionId): Promise<boolean> {
    return this.#deps.carrier.endById(owner, id)
  }

  /**
   * Ends every session of the account but the one that asks, which goes on under a new token: a new
   * epoch, so nothing is missed, whatever the others do meanwhile.
   */
  async endOthers(
    { accountId, session }: Authenticated,
    replaces: PresentedToken,
  ): Promise<StartedSession | undefined> {
    const begun = await this.startEpochAfter({ accountId, session })
    return begun && this.renew(session, begun, { replaces })
  }

  /**
   * Ends every session of the account, the one that asks too, which can be renewed in the epoch that begins. `undefined`
   * when that one has ended meanwhile: nothing is done on its behalf any more.
   */
  async startEpochAfter({ accountId, session }: Authenticated): Promise<Account | undefined> {
    const { accounts, revocations } = this.#deps
    const begun = await accounts.startEpoch(accountId, session.epoch)
    await revocations.announce([{ account: accountId }])
    return begun?.status === 'active' ? begun : undefined
  }

  /** Ends every session of the account. `false` when there is no such account. */
  async endAll(owner: AccountId): Promise<boolean> {
    const { accounts, revocations } = this.#deps
    const account = await accounts.startEpoch(owner)
    if (account) await revocations.announce([{ account: owner }])
    return account !== undefined
  }

  /** Does whatever keeps sessions answer? */
  isReachable(): Promise<boolean> {
    const { carrier, clock } = this.#deps
    return carrier.isReachable(clock.now())
  }

  /** What this session's owner has proved lately. */
  provedLately({ proofs }: Pick<Session, 'proofs'>): Proof[] {
    const { policy, clock } = this.#deps
    return provedSince(proofs, before(clock.now(), policy.fresh))
  }

  /** Removes sessions that are over. */
  sweep(): Promise<void> {
    const { carrier, clock } = this.#deps
    return carrier.sweep(clock.now())
  }
}

function proved(
  { proofs }: Pick<Session, 'proofs'>,
  proof: Proof,
): Pick<Session, 'proofs' | 'authenticatedAt'> {
  return { proofs: withProof(proofs, proof), authenticatedAt: proof.at }
}
