import type { Instant } from '../../kernel/clock.ts'
import { sha256 } from '../../kernel/digest.ts'
import type { Random } from '../../kernel/random.ts'
import { Secret } from '../../kernel/secret.ts'
import { hashOfToken, hashOfTokenLike, mintToken, type TokenHash } from '../../kernel/token.ts'
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
import type { SessionCheck } from './check.ts'
import type { Revocations } from './revocation.ts'
import type { Session, SessionId } from './session.ts'
import type { Ended, SessionStore } from './store.ts'
import { Uses } from './uses.ts'

export interface StoredSessionsDependencies {
  readonly store: SessionStore
  /** The way to the store, and perhaps a shorter one, that every request takes. */
  readonly check: SessionCheck
  readonly revocations: Revocations
  readonly random: Random
}

/** Tokens are random; the hash of a token finds its session in a store. */
export class StoredSessions implements SessionCarrier {
  readonly listsAll = true
  readonly #deps: StoredSessionsDependencies
  readonly #uses: Uses

  constructor(deps: StoredSessionsDependencies) {
    this.#deps = deps
    this.#uses = new Uses(deps.store)
  }

  async begin(
    session: UncarriedSession,
    { replaces, most, whenFull }: BeginOptions,
  ): Promise<BegunSession | 'full'> {
    const started = this.#minted(session)
    const replaced = replaces && storedForm(replaces)
    const ended = await this.#deps.store.insert(started.session, { replaced, most, whenFull })
    if (ended === 'full') return 'full'
    await this.#announce(ended, replaced)
    return { ...started, ended }
  }

  async swap(
    session: UncarriedSession,
    former: PresentedToken,
  ): Promise<StartedSession | undefined> {
    const { store } = this.#deps
    const started = this.#minted(session)
    const ended = await store.insert(started.session, { replaced: storedForm(former) })
    const isInPlace =
      ended !== 'full' && ended.some(({ accountId }) => accountId === session.accountId)
    // Somebody was faster, or has signed out. Nobody has been given this token, so nobody can use it until now.
    if (!isInPlace) await store.end(started.session.tokenHash)
    if (ended !== 'full') await this.#announce(ended)
    return isInPlace ? started : undefined
  }

  atOnce({ kind, value }: PresentedToken, now: Instant): Session | undefined {
    if (this.#uses.isLate(now)) return undefined
    const hash = kind === 'jwt' ? hashOfName(value.expose()) : hashOfTokenLike(kind, value.expose())
    return hash && this.#deps.check.atOnce?.(hash, now)
  }

  async find(presented: PresentedToken, now: Instant): Promise<Session | undefined> {
    const hash = storedForm(presented)
    if (!hash) return undefined
    if (this.#uses.isLate(now)) await this.#uses.write().catch(() => undefined)
    return this.#deps.check.find(hash, now)
  }

  async extend(session: Session, expiresAt: Instant, now: Instant): Promise<UsedSession> {
    await this.#uses.note({ hash: session.tokenHash, expiresAt, at: now }, session.expiresAt)
    const used = { ...session, expiresAt, seenAt: now }
    this.#deps.check.moved?.(used)
    return { session: used }
  }

  async end(presented: PresentedToken): Promise<Ended | undefined> {
    const hash = storedForm(presented)
    if (!hash) return undefined
    const ended = await this.#deps.store.end(hash)
    // Told with nothing too: an earlier attempt, here or elsewhere, may have ended it and not told.
    await (ended ? this.#announce([ended]) : this.#announce([], hash))
    return ended
  }

  async endById(owner: AccountId, id: SessionId): Promise<boolean> {
    const ended = await this.#deps.store.endById(owner, id)
    await this.#announce(ended ? [{ accountId: owner, id }] : [])
    return ended
  }

  list({ id, epoch }: Account, now: Instant): Promise<Session[]> {
    return this.#deps.store.listLive(id, epoch, now)
  }

  writeUses(): Promise<void> {
    return this.#uses.write()
  }

  async isReachable(now: Instant): Promise<boolean> {
    const nobody = { kind: 'session', value: mintToken('session', this.#deps.random) } as const
    try {
      await this.#deps.store.findLive(hashOf(nobody), now)
      return true
    } catch {
      return false
    }
  }

  /** A batch at a time, so that nobody waits long for the writer. */
  async sweep(now: Instant): Promise<void> {
    const batch = 500
    while ((await this.#deps.store.sweep(now, batch)) === batch);
  }

  #minted(session: UncarriedSession): StartedSession {
    const { kind, id } = session
    const token = kind === 'jwt' ? new Secret(id) : mintToken(kind, this.#deps.random)
    return { session: { ...session, tokenHash: hashOf({ kind, value: token }) }, token }
  }

  async #announce(ended: readonly Ended[], token?: TokenHash): Promise<void> {
    await this.#deps.revocations.announce([
      ...ended.map(({ accountId, id }) => ({ account: accountId, session: id })),
      ...(token ? [{ token }] : []),
    ])
  }
}

function storedForm({ kind, value }: PresentedToken): Session['tokenHash'] | undefined {
  return kind === 'jwt' ? hashOfName(value.expose()) : hashOfToken(kind, value.expose())
}

const name = /^sn_[\w-]{22}$/

/**
 * A session that access tokens speak for has no token of its own: it is found by its id. That is no secret, and
 * opens nothing: whoever presents it here has seen it in a token that was signed for it.
 */
function hashOfName(id: string): TokenHash | undefined {
  return name.test(id) ? (sha256(`jwt ${id}`) as TokenHash) : undefined
}

/** Of a token that was minted here, and so is well formed. */
function hashOf(token: PresentedToken): Session['tokenHash'] {
  return storedForm(token) as Session['tokenHash']
}
