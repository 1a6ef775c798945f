import type { AccountId } from '../../core/accounts/index.ts'
import type {
  Ended,
  Inserted,
  InsertOptions,
  Session,
  SessionId,
  SessionStore,
  Use,
} from '../../core/sessions/index.ts'
import { between, type Instant } from '../../kernel/clock.ts'
import type { Random } from '../../kernel/random.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { Wire } from '../kept-channel.ts'
import { redisWire } from './channel.ts'
import { RedisConnection } from './connection.ts'
import { endByIdScript, endScript, extendScript, insertScript, sweepScript } from './scripts.ts'

export interface RedisOptions {
  /** `redis://`, `redis+cluster://` or `redis+sentinel://`; `rediss` is with TLS. See the README. */
  readonly url: string
}

/** Opens the store and begins to connect. Whether Redis is there is told by what is asked of it first. */
export function openRedisSessionStore({ url }: RedisOptions): RedisSessionStore {
  return new RedisSessionStore(new RedisConnection(url))
}

/**
 * Sessions in Redis or Valkey. All that an account has is one key, so that every rule is one step, in a cluster
 * too; a token's key only tells the account. Holds hashes only.
 */
export class RedisSessionStore implements SessionStore {
  readonly #redis: RedisConnection

  constructor(redis: RedisConnection) {
    this.#redis = redis
  }

  insert(session: Session, { replaced, most, whenFull }: InsertOptions = {}): Promise<Inserted> {
    const { tokenHash, accountId, epoch, seenAt, endsAt } = session
    // The length of time, not the instant: this clock and that of Redis need not agree.
    const life = Math.max(1, between(seenAt, endsAt))
    const refuses = most !== undefined && whenFull === 'refuse'
    return this.#redis.answer(async () => {
      const [former] = await Promise.all([
        replaced && this.#ownerOf(replaced),
        this.#redis.ask('SET', keyOfToken(tokenHash), accountId, 'PX', life),
      ])
      const together = former === accountId || this.#redis.reachesAllKeys
      const apart = former && replaced && !together ? { accountId: former, replaced } : undefined
      // Of another account and perhaps on another node: dead before the new one lives, if that may live.
      const before =
        apart && !refuses ? await this.#remove(apart.accountId, apart.replaced) : undefined
      const ended = former && replaced && together ? replaced : ''
      const keys = [keyOfAccount(accountId), ...(ended && former ? [keyOfAccount(former)] : [])]
      const values = [
        tokenHash,
        toText(session),
        life,
        seenAt,
        most ?? '',
        ended,
        refuses ? epoch : '',
      ]
      const answer = (await this.#redis.run(insertScript, keys, values)) as SessionId[] | null
      if (!answer) return 'full'
      const [taken, ...trimmed] = answer
      const after =
        apart && refuses ? await this.#remove(apart.accountId, apart.replaced) : undefined
      return [
        ...[before, after].filter((one) => one !== undefined),
        ...(taken && former ? [{ accountId: former, id: taken }] : []),
        ...trimmed.map((id) => ({ accountId, id })),
      ]
    })
  }

  async findLive(hash: TokenHash, now: Instant): Promise<Session | undefined> {
    const text = await this.#redis.answer(async () => {
      const owner = await this.#ownerOf(hash)
      return owner && this.#redis.ask('HGET', keyOfAccount(owner), hash)
    })
    const session = text ? fromText(text as string) : undefined
    return session && session.expiresAt > now ? session : undefined
  }

  extend(uses: readonly Use[]): Promise<void> {
    return this.#redis.answer(async () => {
      await Promise.all(uses.map((use) => this.#move(use)))
    })
  }

  async listLive(owner: AccountId, epoch: number, now: Instant): Promise<Session[]> {
    const texts = await this.#redis.answer(() => this.#redis.ask('HVALS', keyOfAccount(owner)))
    return (texts as string[])
      .map(fromText)
      .filter((session) => session.epoch === epoch && session.expiresAt > now)
      .sort((a, b) => b.seenAt - a.seenAt || (a.id < b.id ? -1 : 1))
  }

  async endById(owner: AccountId, id: SessionId): Promise<boolean> {
    const key = keyOfAccount(owner)
    return (await this.#redis.answer(() => this.#redis.run(endByIdScript, [key], [id]))) === 1
  }

  end(hash: TokenHash): Promise<Ended | undefined> {
    return this.#redis.answer(async () => {
      const owner = await this.#ownerOf(hash)
      return owner && this.#remove(owner, hash)
    })
  }

  /** Reads all accounts, some at a time. Redis itself drops an account whose sessions can all not live any more. */
  async sweep(now: Instant, limit: number): Promise<number> {
    let removed = 0
    const batches = this.#redis.keys(keyOfAccount(''))
    for (;;) {
      const batch = await this.#redis.answer(() => batches.next())
      if (batch.done) return removed
      for (const key of batch.value) {
        const rest = limit - removed
        const sweep = () => this.#redis.run(sweepScript, [key], [now, rest])
        removed += Number(await this.#redis.answer(sweep))
        if (removed >= limit) return removed
      }
    }
  }

  /** What carries word of revocations; `undefined` in a cluster, which has no common order. */
  wire(random: Random): Wire | undefined {
    return this.#redis.reachesAllKeys ? redisWire(this.#redis, random) : undefined
  }

  async close(): Promise<void> {
    this.#redis.close()
  }

  /** It never changes for a token: what was read a moment ago is still true. */
  async #ownerOf(hash: TokenHash): Promise<AccountId | undefined> {
    return ((await this.#redis.ask('GET', keyOfToken(hash))) as AccountId | null) ?? undefined
  }

  async #move({ hash, expiresAt, at }: Use): Promise<void> {
    const owner = await this.#ownerOf(hash)
    if (owner) await this.#redis.run(extendScript, [keyOfAccount(owner)], [hash, expiresAt, at])
  }

  async #remove(owner: AccountId, hash: TokenHash): Promise<Ended | undefined> {
    const id = (await this.#redis.run(endScript, [keyOfAccount(owner)], [hash])) as SessionId | null
    return id ? { accountId: owner, id } : undefined
  }
}

function keyOfToken(hash: TokenHash): string {
  return `sallyport:token:${hash}`
}

function keyOfAccount(owner: AccountId | ''): string {
  return `sallyport:sessions:${owner}`
}

function toText(session: Session): string {
  const { expiresAt, seenAt, id, epoch } = session
  return `${expiresAt} ${seenAt} ${id} ${epoch} ${JSON.stringify(session)}`
}

/** The two times in front are the ones that move. Redis holds only what `toText` wrote, so the brands are true. */
function fromText(text: string): Session {
  const [expiresAt, seenAt] = text.split(' ', 2).map(Number)
  // One from before proofs were kept has proved nothing that counts.
  return { proofs: [], ...JSON.parse(text.slice(text.indexOf('{'))), expiresAt, seenAt }
}
