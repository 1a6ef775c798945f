import { type Clock, earlier, plus } from '../../kernel/clock.ts'
import { publicId, type Random } from '../../kernel/random.ts'
import type { Secret } from '../../kernel/secret.ts'
import { hashOfToken, mintToken, type TokenKind } from '../../kernel/token.ts'
import type { Account, AccountId, AccountStore } from '../accounts/index.ts'
import {
  firstDeadlines,
  isFresh,
  renewedDeadline,
  type SessionPolicy,
  speaksFor,
} from './policy.ts'
import type { AuthenticationMethod, Client, Session, SessionId } from './session.ts'
import type { SessionStore } from './store.ts'

/** Longer texts are nobody's browser. */
const maxAgent = 300

export interface SessionDependencies {
  readonly store: SessionStore
  readonly accounts: AccountStore
  readonly policy: SessionPolicy
  readonly clock: Clock
  readonly random: Random
}

/** A token as it came with a request: not checked yet, perhaps not even well formed. */
export interface PresentedToken {
  readonly kind: TokenKind
  readonly value: Secret
}

export interface NewSession {
  readonly kind: TokenKind
  readonly method: AuthenticationMethod
  readonly client: Client
  /** The token that the sign-in request carried, if any: it dies as the new one is born. */
  readonly replaces?: PresentedToken | undefined
}

/** The session, and its token: the only time that the token is known. */
export interface StartedSession {
  readonly session: Session
  readonly token: Secret
}

/** Who is asking, and by which session. */
export interface Authenticated {
  readonly account: Account
  readonly session: Session
}

export class Sessions {
  readonly #deps: SessionDependencies

  constructor(deps: SessionDependencies) {
    this.#deps = deps
  }

  /** Only `completeLogin()` calls this: a session exists when every due factor has been given. */
  async start(
    account: Account,
    { kind, method, client, replaces }: NewSession,
  ): Promise<StartedSession> {
    const { store, policy, clock, random } = this.#deps
    const now = clock.now()
    const token = mintToken(kind, random)
    const session: Session = {
      id: publicId(random, 'sn') as SessionId,
      tokenHash: storedForm({ kind, value: token }) as Session['tokenHash'],
      kind,
      accountId: account.id,
      epoch: account.epoch,
      method,
      client: { ...client, agent: client.agent.slice(0, maxAgent).toWellFormed() },
      createdAt: now,
      authenticatedAt: now,
      seenAt: now,
      ...firstDeadlines(policy, now),
    }
    const replaced = replaces && storedForm(replaces)
    await store.insert(session, { replaced, most: policy.perAccount })
    return { session, token }
  }

  /**
   * Goes on with a session under a new token, in the account's present epoch: after something that
   * ended all sessions but this one. The old token dies; how and when the person signed in, and when
   * the session ends at the latest, stay as they are. `proven`: they have just shown who they are.
   */
  async renew(
    { id: _, ...session }: Session,
    account: Account,
    { replaces, proven }: { readonly replaces: PresentedToken; readonly proven: boolean },
  ): Promise<StartedSession> {
    const { store, policy, clock, random } = this.#deps
    const now = clock.now()
    const token = mintToken(session.kind, random)
    const renewed: Session = {
      ...session,
      id: publicId(random, 'sn') as SessionId,
      tokenHash: storedForm({ kind: session.kind, value: token }) as Session['tokenHash'],
      epoch: account.epoch,
      authenticatedAt: proven ? now : session.authenticatedAt,
      seenAt: now,
      expiresAt: earlier(plus(now, policy.idle), session.endsAt),
    }
    await store.insert(renewed, { replaced: storedForm(replaces) })
    return { session: renewed, token }
  }

  /**
   * Tells who is behind a token, or `undefined` when nobody is. Unknown, expired and ended
   * sessions, and those of disabled accounts, are deliberately indistinguishable.
   */
  async authenticate(presented: PresentedToken): Promise<Authenticated | undefined> {
    const { store, accounts, policy, clock } = this.#deps
    const hash = storedForm(presented)
    if (!hash) return undefined
    const now = clock.now()
    const session = await store.findLive(hash, now)
    if (!session) return undefined
    const account = await accounts.findById(session.accountId)
    if (!speaksFor(session, account)) return undefined

    const renewed = renewedDeadline(policy, session, now)
    if (!renewed) return { account, session }
    await store.extend(hash, renewed, now)
    return { account, session: { ...session, expiresAt: renewed, seenAt: now } }
  }

  /** Ends the session of this token. Anything else that is presented is none, and stays none. */
  async end(presented: PresentedToken): Promise<void> {
    const hash = storedForm(presented)
    if (hash) await this.#deps.store.end(hash)
  }

  /** Every session that can speak for the account now, the last used first. */
  async list(owner: AccountId): Promise<Session[]> {
    const { store, accounts, clock } = this.#deps
    const account = await accounts.findById(owner)
    return account ? store.listLive(owner, account.epoch, clock.now()) : []
  }

  /** Ends one session of this account. `false` when it has no such session, or not any more. */
  endById(owner: AccountId, id: SessionId): Promise<boolean> {
    return this.#deps.store.endById(owner, id)
  }

  /**
   * Ends every session of the account but the one that asks, which goes on under a new token: a new
   * epoch, so nothing is missed, whatever the others do meanwhile.
   */
  async endOthers(
    { account, session }: Authenticated,
    replaces: PresentedToken,
  ): Promise<StartedSession | undefined> {
    const begun = await this.#deps.accounts.startEpoch(account.id)
    return begun && this.renew(session, begun, { replaces, proven: false })
  }

  /** Ends every session of the account. `false` when there is no such account. */
  async endAll(owner: AccountId): Promise<boolean> {
    return (await this.#deps.accounts.startEpoch(owner)) !== undefined
  }

  /** Does the store answer? */
  async isReachable(): Promise<boolean> {
    const { store, clock, random } = this.#deps
    const nobody = storedForm({ kind: 'session', value: mintToken('session', random) })
    try {
      await store.findLive(nobody as Session['tokenHash'], clock.now())
      return true
    } catch {
      return false
    }
  }

  /** Has this session's owner proved lately who they are? */
  isFresh(session: Session): boolean {
    const { policy, clock } = this.#deps
    return isFresh(policy, session, clock.now())
  }

  /** Removes sessions that are over, a batch at a time so that nobody waits long for the writer. */
  async sweep(): Promise<void> {
    const { store, clock } = this.#deps
    const batch = 500
    while ((await store.sweep(clock.now(), batch)) === batch);
  }
}

function storedForm({ kind, value }: PresentedToken): Session['tokenHash'] | undefined {
  return hashOfToken(kind, value.expose())
}
