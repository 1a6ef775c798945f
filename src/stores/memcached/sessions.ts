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
import { between, type Instant } from '../../kernel/clock.ts'
import { sha256 } from '../../kernel/digest.ts'
import type { TokenHash } from '../../kernel/token.ts'
import { MemcachedClient, type MemcachedKeys } from './client.ts'

/** All sessions of an account are one item, and an item may have 1 MB; each is below 2 kB. */
const mostPerAccount = 400
/** Of writers that overtake each other, one gets through each time: more than these are not waited for. */
const mostAttempts = 100
/** Accounts that this process remembers having written to, so that it can sweep them. */
const mostRemembered = 10_000
/** memcached takes a longer time for a date. */
const longestLife = 30 * 24 * 60 * 60

export interface MemcachedOptions {
  /** `memcached://host:11211` */
  readonly url: string
}

/** Opens the store; it connects when something is asked of it. */
export function openMemcachedSessionStore({ url }: MemcachedOptions): MemcachedSessionStore {
  const { protocol, hostname, port } = new URL(url)
  if (protocol !== 'memcached:' || hostname === '') throw new TypeError('not a memcached URL')
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return new MemcachedSessionStore(new MemcachedClient(host, Number(port || 11211)))
}

/**
 * Sessions in memcached, which may forget any of them early and never keeps one longer. All that an account has
 * is one item, written only if nobody else wrote meanwhile, so every rule is one step. Holds hashes only.
 */
export class MemcachedSessionStore implements SessionStore {
  readonly #client: MemcachedClient
  readonly #written = new Set<AccountId>()

  constructor(client: MemcachedClient) {
    this.#client = client
  }

  insert(session: Session, options: InsertOptions = {}): Promise<Inserted> {
    const { replaced } = options
    const refuses = options.whenFull === 'refuse'
    const most = refuses ? mostPerAccount : (options.most ?? mostPerAccount)
    const { tokenHash, accountId, seenAt } = session
    const life = secondsOf(session)
    const room = Math.min(most, mostPerAccount) - 1
    return this.#client.answer(async (keys) => {
      const former = replaced && (await ownerOf(keys, replaced))
      const elsewhere = former && replaced && former !== accountId
      // Another account's item: dead before the new one lives, if that may live.
      const before = elsewhere && !refuses ? await removeByToken(keys, former, replaced) : []
      await keys.set(keyOfToken(tokenHash), accountId, life)
      let left: readonly Session[] = []
      const add = (sessions: Session[]) => {
        if (isFull(sessions, session, options)) return undefined
        const others = sessions
          .filter((one) => one.tokenHash !== replaced && one.expiresAt > seenAt)
          .sort((a, b) => b.seenAt - a.seenAt)
        const kept = others.slice(0, room)
        left = sessions.filter((one) => one.expiresAt > seenAt && !kept.includes(one))
        return [session, ...kept]
      }
      if (!(await change(keys, accountId, add, life))) return 'full'
      this.#remember(accountId)
      const after = elsewhere && refuses ? await removeByToken(keys, former, replaced) : []
      return [...before, ...after, ...left]
    })
  }

  async findLive(hash: TokenHash, now: Instant): Promise<Session | undefined> {
    const session = await this.#client.answer(async (keys) => {
      const owner = await ownerOf(keys, hash)
      const sessions = owner ? await sessionsOf(keys, owner) : []
      return sessions.find((one) => one.tokenHash === hash)
    })
    return session && session.expiresAt > now ? session : undefined
  }

  extend(uses: readonly Use[]): Promise<void> {
    return this.#client.answer(async (keys) => {
      await Promise.all(uses.map((use) => move(keys, use)))
    })
  }

  async listLive(owner: AccountId, epoch: number, now: Instant): Promise<Session[]> {
    const sessions = await this.#client.answer((keys) => sessionsOf(keys, owner))
    return sessions
      .filter((session) => session.epoch === epoch && session.expiresAt > now)
      .sort((a, b) => b.seenAt - a.seenAt || (a.id < b.id ? -1 : 1))
  }

  async endById(owner: AccountId, id: SessionId): Promise<boolean> {
    const isIt = (session: Session) => session.id === id
    return (await this.#client.answer((keys) => remove(keys, owner, isIt))).length > 0
  }

  end(hash: TokenHash): Promise<Ended | undefined> {
    return this.#client.answer(async (keys) => {
      const owner = await ownerOf(keys, hash)
      return owner && (await removeByToken(keys, owner, hash))[0]
    })
  }

  /** Only of accounts that this process wrote to: memcached does not list keys, and drops items by itself. */
  async sweep(now: Instant, limit: number): Promise<number> {
    let removed = 0
    for (const owner of this.#written) {
      const isOver = ({ expiresAt }: Session) => expiresAt <= now
      const work = (keys: MemcachedKeys) => remove(keys, owner, isOver, limit - removed)
      const over = await this.#client.answer(work)
      if (over.length === 0) this.#written.delete(owner)
      removed += over.length
      if (removed >= limit) break
    }
    return removed
  }

  async close(): Promise<void> {
    this.#client.close()
  }

  #remember(owner: AccountId): void {
    if (this.#written.size < mostRemembered) this.#written.add(owner)
  }
}

/** Writes what `next` makes of the account's sessions; `false` when it makes nothing. Whoever was overtaken begins again. */
async function change(
  keys: MemcachedKeys,
  owner: AccountId,
  next: (sessions: Session[]) => Session[] | undefined,
  life?: number,
): Promise<boolean> {
  const key = keyOfAccount(owner)
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const item = await keys.get(key)
    const sessions = next(item ? sessionsIn(item.value) : [])
    if (!sessions) return false
    const longest = longer(item?.life, life)
    if (await keys.replace(key, item, JSON.stringify(sessions), longest)) return true
  }
  throw new Error('too many others write sessions of this account')
}

async function move(keys: MemcachedKeys, { hash, expiresAt, at }: Use): Promise<void> {
  const moves = (one: Session) =>
    one.tokenHash === hash && one.expiresAt > at && one.expiresAt < expiresAt
  const moved = (sessions: Session[]) => {
    if (!sessions.some(moves)) return undefined
    return sessions.map((one) => (moves(one) ? { ...one, expiresAt, seenAt: at } : one))
  }
  const owner = await ownerOf(keys, hash)
  if (owner) await change(keys, owner, moved)
}

function removeByToken(keys: MemcachedKeys, owner: AccountId, hash: TokenHash) {
  return remove(keys, owner, ({ tokenHash }) => tokenHash === hash)
}

/** Gives what was removed. */
async function remove(
  keys: MemcachedKeys,
  owner: AccountId,
  ends: (session: Session) => boolean,
  most = mostPerAccount,
): Promise<readonly Session[]> {
  let ended: Session[] = []
  const rest = (sessions: Session[]) => {
    ended = sessions.filter(ends).slice(0, most)
    return ended.length > 0 ? sessions.filter((one) => !ended.includes(one)) : undefined
  }
  await change(keys, owner, rest)
  return ended
}

/** It never changes for a token: what was read a moment ago is still true. */
async function ownerOf(keys: MemcachedKeys, hash: TokenHash): Promise<AccountId | undefined> {
  return (await keys.get(keyOfToken(hash)))?.value as AccountId | undefined
}

/** The item holds only what `change` wrote, so the brands are true. */
async function sessionsOf(keys: MemcachedKeys, owner: AccountId): Promise<Session[]> {
  const item = await keys.get(keyOfAccount(owner))
  return item ? sessionsIn(item.value) : []
}

/** How long a session may be needed: a length of time, because memcached's clock need not agree with ours. */
function secondsOf({ seenAt, endsAt }: Session): number {
  const seconds = Math.max(1, Math.ceil(between(seenAt, endsAt) / 1000))
  return seconds > longestLife ? 0 : seconds
}

/** 0 is for ever. */
function longer(a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined) return a ?? b ?? 0
  return a === 0 || b === 0 ? 0 : Math.max(a, b)
}

function keyOfToken(hash: TokenHash): string {
  return `sallyport:token:${hash}`
}

/** Hashed, so that an account id can never be more than a key to memcached. */
function keyOfAccount(owner: AccountId): string {
  return `sallyport:sessions:${sha256(owner)}`
}

/** One from before proofs were kept has proved nothing that counts. */
function sessionsIn(text: string): Session[] {
  return JSON.parse(text).map((session: Session) => ({ ...session, proofs: session.proofs ?? [] }))
}
