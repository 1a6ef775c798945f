import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
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
import type { Random } from '../../kernel/random.ts'
import type { TokenHash } from '../../kernel/token.ts'
import { createMarker, createWhole, removed, renamedWith, settle, unavailable } from './durable.ts'
import { moveEnd, readSession } from './session-file.ts'
import { SessionFolder } from './session-folder.ts'
import { type Owner, recordOf } from './session-record.ts'
import { SessionSweep } from './session-sweep.ts'

/**
 * How long a file may grow by sessions that take one another's place: about a hundred. Then the old one
 * ends a moment before the new one begins; a crash between the two signs somebody out.
 */
const fileBound = 65_536

/**
 * Sessions as files, one each. A session is there when its file is: whoever removes the file has ended
 * it, and nothing but `insert` ever makes one. Several processes may share the folder.
 *
 * A session check reads one small file, at once: the system has it in memory, and in Node's threads it
 * would wait behind slower work. What must reach the disk waits there.
 */
export class FileSessionStore implements SessionStore {
  readonly #folder: SessionFolder
  readonly #sweep: SessionSweep
  readonly #owner: Owner
  readonly #turns = new Map<AccountId, Promise<unknown>>()

  private constructor(folder: SessionFolder, owner: Owner) {
    this.#folder = folder
    this.#sweep = new SessionSweep(folder)
    this.#owner = owner
  }

  static open(path: string, random: Random): Promise<FileSessionStore> {
    return answered(async () => {
      const owner = Buffer.from(random.bytes(8)).toString('hex')
      return new FileSessionStore(await SessionFolder.open(path), owner)
    })
  }

  insert(session: Session, options: InsertOptions = {}): Promise<Inserted> {
    const work = () => answered(() => this.#insert(session, options))
    return options.most === undefined ? work() : this.#inTurn(session.accountId, work)
  }

  findLive(hash: TokenHash, now: Instant): Promise<Session | undefined> {
    return answered(async () => {
      const session = this.#read(hash)
      if (!session) this.#folder.mustBeThere()
      return session && session.expiresAt > now ? session : undefined
    })
  }

  extend(uses: readonly Use[]): Promise<void> {
    return answered(async () => {
      for (const { hash, expiresAt, at } of uses) {
        moveEnd(this.#folder.fileOf(hash), hash, { owner: this.#owner, expiresAt, seenAt: at })
        // Requests are answered between two files.
        await setImmediate()
      }
    })
  }

  listLive(owner: AccountId, epoch: number, now: Instant): Promise<Session[]> {
    return answered(async () =>
      this.#of(owner)
        .filter((session) => session.epoch === epoch && session.expiresAt > now)
        .sort((a, b) => b.seenAt - a.seenAt),
    )
  }

  endById(owner: AccountId, id: SessionId): Promise<boolean> {
    return answered(async () => {
      const session = this.#of(owner).find((one) => one.id === id)
      return session !== undefined && (await this.#end(session))
    })
  }

  end(hash: TokenHash): Promise<Ended | undefined> {
    return answered(async () => {
      const session = this.#read(hash)
      return session && (await this.#end(session)) ? session : undefined
    })
  }

  sweep(now: Instant, limit: number): Promise<number> {
    return answered(() => this.#sweep.run(now, limit))
  }

  #read(hash: TokenHash): Session | undefined {
    return readSession(this.#folder.fileOf(hash), hash)
  }

  async #insert(session: Session, options: InsertOptions): Promise<Inserted> {
    const { accountId, tokenHash } = session
    const { replaced } = options
    const most = options.whenFull === 'refuse' ? undefined : options.most
    if (isFull(this.#of(accountId), session, options)) return 'full'
    // Before the file: what can be found by its token can be found by its account. A marker alone, as
    // a crash leaves it, means nothing and is swept.
    const marker = this.#folder.markerOf(accountId, tokenHash)
    try {
      await createMarker(this.#folder.folderOf(accountId), marker)
      const former = await this.#begin(session, replaced)
      const trimmed = most === undefined ? [] : await this.#trim(session, most)
      return former ? [former, ...trimmed] : trimmed
    } catch (error) {
      for (const path of [this.#folder.fileOf(tokenHash), marker]) {
        await removed(path).catch(() => undefined)
      }
      throw error
    }
  }

  async #begin(session: Session, replaced: TokenHash | undefined): Promise<Session | undefined> {
    const old = replaced && this.#read(replaced)
    let ended = replaced !== undefined && (await this.#takesPlaceOf(replaced, session))
    if (!ended) {
      ended = replaced !== undefined && (await this.#remove(replaced))
      await createWhole(this.#folder.fileOf(session.tokenHash), recordOf(session))
    }
    if (old) await removed(this.#folder.markerOf(old.accountId, old.tokenHash))
    return ended ? old : undefined
  }

  /** Two names cannot change in one step, but one file can change its name: see `session-record.ts`. */
  #takesPlaceOf(replaced: TokenHash, session: Session): Promise<boolean> {
    const [from, to] = [this.#folder.fileOf(replaced), this.#folder.fileOf(session.tokenHash)]
    return renamedWith(from, to, `\n${recordOf(session)}`, fileBound)
  }

  /** Of all sessions of the account, of whatever epoch. */
  #of(owner: AccountId): Session[] {
    const hashes = this.#folder.markedIn(this.#folder.folderOf(owner))
    return hashes.flatMap((hash) => this.#read(hash) ?? [])
  }

  async #end({ accountId, tokenHash }: Session): Promise<boolean> {
    if (!(await this.#remove(tokenHash))) return false
    await removed(this.#folder.markerOf(accountId, tokenHash))
    return true
  }

  /** Gone after a power failure too, before anybody is told. */
  async #remove(hash: TokenHash): Promise<boolean> {
    const file = this.#folder.fileOf(hash)
    if (!(await removed(file))) return false
    await settle(dirname(file))
    return true
  }

  async #trim(kept: Session, most: number): Promise<Session[]> {
    const others = this.#of(kept.accountId).filter(({ id }) => id !== kept.id)
    others.sort((a, b) => b.seenAt - a.seenAt || b.createdAt - a.createdAt)
    const trimmed: Session[] = []
    for (const session of others.slice(most - 1)) {
      if (await this.#end(session)) trimmed.push(session)
    }
    return trimmed
  }

  /**
   * One account's sign-ins one after the other: two that count at the same time would each end what the
   * other leaves. Those of another process may; then the account has fewer sessions, never more.
   */
  async #inTurn<Result>(owner: AccountId, work: () => Promise<Result>): Promise<Result> {
    const mine = (this.#turns.get(owner) ?? Promise.resolve()).then(work, work)
    this.#turns.set(owner, mine)
    try {
      return await mine
    } finally {
      if (this.#turns.get(owner) === mine) this.#turns.delete(owner)
    }
  }
}

async function answered<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw unavailable(error)
  }
}
