import { type Clock, earlier, plus } from '../../kernel/clock.ts'
import { publicId, type Random } from '../../kernel/random.ts'
import type { Secret } from '../../kernel/secret.ts'
import {
  hasChecksum,
  hashOfToken,
  hashOfTokenLike,
  mintToken,
  type TokenKind,
} from '../../kernel/token.ts'
import type { Account, AccountId, AccountStore } from '../accounts/index.ts'
import type { SessionCheck } from './check.ts'
import { firstDeadlines, isFresh, renewedDeadline, type SessionPolicy } from './policy.ts'
import type { Revocation, Revocations } from './revocation.ts'
import type { AuthenticationMethod, Client, Session, SessionId } from './session.ts'
import type { Ended, SessionStore } from './store.ts'
import { Uses } from './uses.ts'

/** Longer texts are nobody's browser. */
const maxAgent = 300

export interface SessionDependencies {
  readonly store: SessionStore
  /** The way to the store, and perhaps a shorter one, that every request takes. */
  readonly check: SessionCheck
  readonly revocations: Revocations
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

/**
 * Who is asking, and by which session. No copy of the person: that could be of yesterday, and most
 * requests need no more than the id.
 */
export interface Authenticated {
  readonly accountId: AccountId
  readonly session: Session
}

export class Sessions {
  readonly #deps: SessionDependencies
  readonly #uses: Uses

  constructor(deps: SessionDependencies) {
    this.#deps = deps
    this.#uses = new Uses(deps.store)
  }

  /**
   * Only `completeLogin()` calls this: a session exists when every due factor has been given. `'full'`
   * when the account has as many as it may have, and the policy ends none for a new one.
   */
  async start(
    account: Account,
    { kind, method, client, replaces }: NewSession,
  ): Promise<StartedSession | 'full'> {
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
    const { perAccount: most, whenFull } = policy
    const replaced = replaces && storedForm(replaces)
    const ended = await store.insert(session, { replaced, most, whenFull })
    if (ended === 'full') return 'full'
    await this.#announce(ended)
    return { session, token }
  }

  /**
   * Goes on with a session under a new token, in the epoch that the account has just begun: every other
   * session ended with the last one. Under the old token it ends; how and where the person signed in, and
   * when at the latest they must again, stays as it was.
   */
  async renew(
    { id: _, ...session }: Session,
    account: Account,
    { replaces, proven }: { readonly replaces: PresentedToken; readonly proven: boolean },
  ): Promise<StartedSession> {
    const { store, revocations, policy, clock, random } = this.#deps
    await revocations.announce([{ account: account.id }])
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
    const ended = await store.insert(renewed, { replaced: storedForm(replaces) })
    if (ended !== 'full') await this.#announce(ended)
    return { session: renewed, token }
  }

  /**
   * Tells who is behind a token, or `undefined` when nobody is. Unknown, expired and ended
   * sessions, and those of disabled accounts, are deliberately indistinguishable.
   */
  async authenticate(presented: PresentedToken | undefined): Promise<Authenticated | undefined> {
    if (!presented) return undefined
    const { check, policy, clock } = this.#deps
    const text = presented.value.expose()
    const hash = hashOfTokenLike(presented.kind, text)
    if (!hash) return undefined
    const now = clock.now()
    if (this.#uses.isLate(now)) await this.#uses.write().catch(() => undefined)
    const known = check.atOnce?.(hash, now)
    const session = known ?? (hasChecksum(text) ? await check.find(hash, now) : undefined)
    if (!session) return undefined
    const { accountId, expiresAt } = session

    const renewed = renewedDeadline(policy, session, now)
    if (!renewed) return { accountId, session }
    await this.#uses.note({ hash, expiresAt: renewed, at: now }, expiresAt)
    const used = { ...session, expiresAt: renewed, seenAt: now }
    check.moved?.(used)
    return { accountId, session: used }
  }

  /** Writes down which sessions were used. Called a few times a second, and at the end. */
  writeUses(): Promise<void> {
    return this.#uses.write()
  }

  /** Ends the session of this token. Anything else that is presented is none, and stays none. */
  async end(presented: PresentedToken): Promise<void> {
    const hash = storedForm(presented)
    if (!hash) return
    const ended = await this.#deps.store.end(hash)
    // Told with nothing too: word of what an earlier attempt has ended may not be out yet.
    await this.#announce(ended ? [ended] : [])
  }

  /** Every session that can speak for the account now, the last used first. */
  async list(owner: AccountId): Promise<Session[]> {
    const { store, accounts, clock } = this.#deps
    const account = await accounts.findById(owner)
    return account ? store.listLive(owner, account.epoch, clock.now()) : []
  }

  /** Ends one session of this account. `false` when it has no such session, or not any more. */
  async endById(owner: AccountId, id: SessionId): Promise<boolean> {
    const ended = await this.#deps.store.endById(owner, id)
    await this.#announce(ended ? [{ accountId: owner, id }] : [])
    return ended
  }

  /**
   * Ends every session of the account but the one that asks, which goes on under a new token: a new
   * epoch, so nothing is missed, whatever the others do meanwhile.
   */
  async endOthers(
    { accountId, session }: Authenticated,
    replaces: PresentedToken,
  ): Promise<StartedSession | undefined> {
    const begun = await this.#deps.accounts.startEpoch(accountId)
    return begun && this.renew(session, begun, { replaces, proven: false })
  }

  /** Ends every session of the account. `false` when there is no such account. */
  async endAll(owner: AccountId): Promise<boolean> {
    const { accounts, revocations } = this.#deps
    const account = await accounts.startEpoch(owner)
    if (account) await revocations.announce([{ account: owner }])
    return account !== undefined
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

  async #announce(ended: readonly Ended[]): Promise<void> {
    await this.#deps.revocations.announce(
      ended.map(({ accountId, id }): Revocation => ({ account: accountId, session: id })),
    )
  }
}

function storedForm({ kind, value }: PresentedToken): Session['tokenHash'] | undefined {
  return hashOfToken(kind, value.expose())
}
