import type { AccountId } from '../../core/accounts/index.ts'
import {
  type Ended,
  type Inserted,
  type InsertOptions,
  isFull,
  type Session,
  type SessionId,
  type SessionStore,
  type Use,
} from '../../core/sessions/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import { OverloadedError } from '../../kernel/errors.ts'
import type { TokenHash } from '../../kernel/token.ts'

export interface MemorySessionOptions {
  /** Sessions at once; one takes less than a kilobyte. */
  readonly bound?: number
}

/** How soon something may be over that is not yet: housekeeping comes every five minutes. */
const retryAfterSeconds = 60

/**
 * Sessions of this process alone, lost when it ends: by design, for tests and for services that can
 * ask everybody to sign in again. Nothing here waits, so each call is one step to all others.
 */
export class MemorySessionStore implements SessionStore {
  readonly #byToken = new Map<TokenHash, Session>()
  readonly #byAccount = new Map<AccountId, Set<TokenHash>>()
  readonly #bound: number
  #newest = Number.NEGATIVE_INFINITY as Instant
  #swept = Number.NEGATIVE_INFINITY as Instant

  constructor({ bound = 1_000_000 }: MemorySessionOptions = {}) {
    this.#bound = bound
  }

  async insert(session: Session, options: InsertOptions = {}): Promise<Inserted> {
    const { replaced } = options
    const most = options.whenFull === 'refuse' ? undefined : options.most
    this.#see(session.seenAt)
    if (isFull(this.#of(session.accountId), session, options)) return 'full'
    const others = this.#byAccount.get(session.accountId)?.size ?? 0
    const takesAPlace =
      (replaced && this.#byToken.has(replaced)) || (most !== undefined && others >= most)
    if (!takesAPlace && !this.#hasRoom()) {
      throw new OverloadedError('no more sessions can be kept in memory', retryAfterSeconds)
    }
    const former = replaced && this.#remove(replaced)
    const trimmed = most === undefined ? [] : this.#trim(session.accountId, most - 1)
    this.#add(session)
    return former ? [former, ...trimmed] : trimmed
  }

  async findLive(hash: TokenHash, now: Instant): Promise<Session | undefined> {
    return this.atOnce(hash, now)
  }

  /** {@link findLive} without a promise. */
  atOnce(hash: TokenHash, now: Instant): Session | undefined {
    this.#see(now)
    const session = this.#byToken.get(hash)
    return session && session.expiresAt > now ? session : undefined
  }

  async extend(uses: readonly Use[]): Promise<void> {
    for (const { hash, expiresAt, at } of uses) {
      this.#see(at)
      const session = this.#byToken.get(hash)
      if (!session || session.expiresAt <= at || session.expiresAt >= expiresAt) continue
      this.#byToken.set(hash, { ...session, expiresAt, seenAt: at })
    }
  }

  async listLive(owner: AccountId, epoch: number, now: Instant): Promise<Session[]> {
    this.#see(now)
    return this.#of(owner)
      .filter((session) => session.epoch === epoch && session.expiresAt > now)
      .sort((a, b) => b.seenAt - a.seenAt)
  }

  async endById(owner: AccountId, id: SessionId): Promise<boolean> {
    const session = this.#of(owner).find((one) => one.id === id)
    return session !== undefined && this.#remove(session.tokenHash) !== undefined
  }

  async end(hash: TokenHash): Promise<Ended | undefined> {
    return this.#remove(hash)
  }

  async sweep(now: Instant, limit: number): Promise<number> {
    this.#see(now)
    return this.#sweep(now, limit)
  }

  /** Looks for what is over at most once a minute: a store that is full must stay cheap to ask. */
  #hasRoom(): boolean {
    if (this.#byToken.size < this.#bound) return true
    if (this.#newest < this.#swept + retryAfterSeconds * 1000) return false
    this.#swept = this.#newest
    return this.#sweep(this.#newest, this.#bound) > 0
  }

  #sweep(now: Instant, limit: number): number {
    let removed = 0
    for (const session of this.#byToken.values()) {
      if (removed >= limit) break
      if (session.expiresAt <= now && this.#remove(session.tokenHash)) removed += 1
    }
    return removed
  }

  #see(now: Instant): void {
    if (now > this.#newest) this.#newest = now
  }

  #of(owner: AccountId): Session[] {
    const hashes = [...(this.#byAccount.get(owner) ?? [])]
    return hashes.flatMap((hash) => this.#byToken.get(hash) ?? [])
  }

  #add(session: Session): void {
    this.#byToken.set(session.tokenHash, session)
    const own = this.#byAccount.get(session.accountId) ?? new Set<TokenHash>()
    own.add(session.tokenHash)
    this.#byAccount.set(session.accountId, own)
  }

  #remove(hash: TokenHash): Session | undefined {
    const session = this.#byToken.get(hash)
    if (!session) return undefined
    this.#byToken.delete(hash)
    const own = this.#byAccount.get(session.accountId)
    own?.delete(hash)
    if (own?.size === 0) this.#byAccount.delete(session.accountId)
    return session
  }

  /** Leaves the account so many, those that were used last. */
  #trim(owner: AccountId, left: number): Session[] {
    const lastUsedFirst = this.#of(owner).sort(
      (a, b) => b.seenAt - a.seenAt || b.createdAt - a.createdAt,
    )
    const trimmed = lastUsedFirst.slice(left)
    for (const { tokenHash } of trimmed) this.#remove(tokenHash)
    return trimmed
  }
}
