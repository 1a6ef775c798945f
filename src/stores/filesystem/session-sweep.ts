import { existsSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type Instant, minutes, plus } from '../../kernel/clock.ts'
import { removed } from './durable.ts'
import { removeOver } from './session-file.ts'
import { type SessionFolder, shards } from './session-folder.ts'

/** Files that one call looks at, at most: about a second of work. */
const lookBound = 50_000

/** Requests are answered in between. */
const pauseEvery = 64

/** No insert takes so long: what is half-made since then was left by a process that was killed. */
const insertTime = minutes(10)

/** Forgotten beyond it, so that they wait for ten minutes more. */
const rememberedBound = 10_000

/** Removes what is over, what is damaged and what was left half-made; goes round, a folder after the other. */
export class SessionSweep {
  readonly #folder: SessionFolder
  /** Drafts and lone markers, and when they were seen first. */
  readonly #halfMade = new Map<string, Instant>()
  #next = 0
  #looked = 0

  constructor(folder: SessionFolder) {
    this.#folder = folder
  }

  /** Tells how many sessions, or files that were meant to be some, were removed. */
  async run(now: Instant, limit: number): Promise<number> {
    const before = this.#looked
    let count = 0
    for (let visited = 0; visited < shards.length; visited++) {
      const shard = shards[this.#next] as string
      count += await this.#sessions(shard, now, limit - count)
      if (count >= limit) break
      await this.#drafted(shard, now)
      await this.#markers(shard, now)
      this.#next = (this.#next + 1) % shards.length
      if (this.#looked - before >= lookBound) break
    }
    return count
  }

  async #sessions(shard: string, now: Instant, limit: number): Promise<number> {
    let count = 0
    for (const hash of this.#folder.sessionsIn(shard)) {
      if (count >= limit) break
      await this.#look()
      const over = removeOver(this.#folder.fileOf(hash), hash, now)
      if (!over) continue
      if (over.session) await removed(this.#folder.markerOf(over.session.accountId, hash))
      count += 1
    }
    return count
  }

  async #drafted(shard: string, now: Instant): Promise<void> {
    for (const path of this.#folder.draftsIn(shard)) await this.#removeOld(path, now)
  }

  async #markers(shard: string, now: Instant): Promise<void> {
    for (const folder of this.#folder.accountFoldersIn(shard)) {
      await this.#look()
      const marked = this.#folder.markedIn(folder)
      const alone = marked.filter((hash) => !existsSync(this.#folder.fileOf(hash)))
      for (const hash of alone) {
        await this.#removeOld(`${folder}/${basename(this.#folder.fileOf(hash))}`, now)
      }
      // Refused where there is a marker; a sign-in that comes later makes the folder again.
      if (alone.length === marked.length) await rmdir(folder).catch(() => undefined)
    }
  }

  async #removeOld(path: string, now: Instant): Promise<void> {
    const since = this.#halfMade.get(path) ?? now
    // What was whole at the next look is never asked for again.
    if (this.#halfMade.size >= rememberedBound) this.#halfMade.clear()
    this.#halfMade.set(path, since)
    if (now < plus(since, insertTime)) return
    await removed(path)
    this.#halfMade.delete(path)
  }

  async #look(): Promise<void> {
    this.#looked += 1
    if (this.#looked % pauseEvery === 0) await setImmediate()
  }
}
