import { between, type Duration, type Instant, minutes } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { AccountId } from '../accounts/index.ts'
import type { RevocationChannel } from './channel.ts'
import type { CacheCounts, SessionCheck, Standings } from './check.ts'
import type { Standing } from './policy.ts'
import type { Word } from './revocation.ts'
import type { Session } from './session.ts'

/** Sessions or accounts at work at the same time; some tens of MiB at most. The oldest goes first. */
const mostEntries = 50_000

/** Words that are compared with look-ups in flight. A look-up that lasts longer is not remembered. */
const mostRecent = 1000

/**
 * Looked up again after so long. Nothing that was acknowledged depends on it; it ends what nobody told of:
 * a store emptied by hand, a process that was killed between a revocation and the word of it.
 */
const longest: Duration = minutes(1)

interface Entry<Value> {
  readonly owner: AccountId
  readonly value: Value
  readonly learnt: Instant
}

/** Remembers what was looked up for exactly as long as the channel vouches for it. */
class Memory<Key extends string, Value> {
  readonly #channel: RevocationChannel
  readonly #entries = new Map<Key, Entry<Value>>()
  readonly #ofAccount = new Map<AccountId, Set<Key>>()
  // Every request counts here: a field that is added to is all that it may cost.
  readonly counts = { hits: 0, misses: 0 }
  #recent: string[] = []
  #revocations = 0
  #gaps = 0

  constructor(channel: RevocationChannel) {
    this.#channel = channel
    channel.listen({
      told: (word) => this.forget(word),
      missed: () => this.#forgetAll(),
    })
  }

  get(key: Key, now: Instant): Value | undefined {
    const entry = this.#entries.get(key)
    if (!entry || !this.#channel.isHeard(now)) return undefined
    const age = between(entry.learnt, now)
    if (age < 0 || age >= longest) return undefined
    this.counts.hits += 1
    return entry.value
  }

  /**
   * Looks it up, and remembers the answer unless word came meanwhile that may be newer than it. Only a
   * look-up that began when words could be heard is sure to miss none.
   */
  async learn(
    key: Key,
    now: Instant,
    look: () => Promise<readonly [AccountId, Value] | undefined>,
  ): Promise<Value | undefined> {
    this.counts.misses += 1
    const [revocations, gaps] = [this.#revocations, this.#gaps]
    const found = await look()
    this.#remove(key)
    if (!found) return undefined
    const [owner, value] = found
    const news = this.#revocations - revocations
    const recent = news > 0 ? this.#recent.slice(-news) : []
    const overtaken = news > mostRecent || recent.includes(owner) || recent.includes(key)
    if (!overtaken && gaps === this.#gaps) this.#add(key, { owner, value, learnt: now })
    return value
  }

  replace(key: Key, value: Value): void {
    const entry = this.#entries.get(key)
    if (entry) this.#entries.set(key, { ...entry, value })
  }

  forget(word: Word): void {
    this.#revocations += 1
    this.#recent.push('token' in word ? word.token : word.account)
    if (this.#recent.length > 2 * mostRecent) this.#recent = this.#recent.slice(-mostRecent)
    if ('token' in word) {
      this.#remove(word.token as string as Key)
      return
    }
    for (const key of this.#ofAccount.get(word.account) ?? []) this.#entries.delete(key)
    this.#ofAccount.delete(word.account)
  }

  #forgetAll(): void {
    this.#gaps += 1
    this.#entries.clear()
    this.#ofAccount.clear()
  }

  #add(key: Key, entry: Entry<Value>): void {
    if (this.#entries.size >= mostEntries) {
      const [oldest] = this.#entries.keys()
      if (oldest !== undefined) this.#remove(oldest)
    }
    this.#entries.set(key, entry)
    const keys = this.#ofAccount.get(entry.owner)
    if (keys) keys.add(key)
    else this.#ofAccount.set(entry.owner, new Set([key]))
  }

  #remove(key: Key): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    const keys = this.#ofAccount.get(entry.owner)
    keys?.delete(key)
    if (keys?.size === 0) this.#ofAccount.delete(entry.owner)
  }
}

/** A session check that asks once, and then remembers for as long as the channel vouches for it. */
export class RememberedCheck implements SessionCheck {
  readonly #check: SessionCheck
  readonly #memory: Memory<TokenHash, Session>

  constructor(check: SessionCheck, channel: RevocationChannel) {
    this.#check = check
    this.#memory = new Memory(channel)
  }

  get counts(): CacheCounts {
    return this.#memory.counts
  }

  atOnce(hash: TokenHash, now: Instant): Session | undefined {
    const known = this.#memory.get(hash, now)
    // One that is over may have been used on another node.
    return known && known.expiresAt > now ? known : undefined
  }

  async find(hash: TokenHash, now: Instant): Promise<Session | undefined> {
    const known = this.atOnce(hash, now)
    if (known) return known
    return this.#memory.learn(hash, now, async () => {
      const session = await this.#check.find(hash, now)
      return session && [session.accountId, session]
    })
  }

  moved(session: Session): void {
    this.#memory.replace(session.tokenHash, session)
  }

  forget(word: Word): void {
    this.#memory.forget(word)
  }
}

/** Which accounts sessions may speak for, remembered in the same way. */
export class RememberedStandings implements Standings {
  readonly #standings: Standings
  readonly #clock: { now(): Instant }
  readonly #memory: Memory<AccountId, Standing>

  constructor(standings: Standings, channel: RevocationChannel, clock: { now(): Instant }) {
    this.#standings = standings
    this.#clock = clock
    this.#memory = new Memory(channel)
  }

  get counts(): CacheCounts {
    return this.#memory.counts
  }

  atOnce(id: AccountId): Standing | undefined {
    return this.#memory.get(id, this.#clock.now())
  }

  async standingOf(id: AccountId): Promise<Standing | undefined> {
    return this.#memory.learn(id, this.#clock.now(), async () => {
      const standing = await this.#standings.standingOf(id)
      return standing && [id, { status: standing.status, epoch: standing.epoch }]
    })
  }

  forget(word: Word): void {
    this.#memory.forget(word)
  }
}
