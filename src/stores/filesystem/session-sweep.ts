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

/** No insert takes so long: a draft of then was left by a process that was killed. */
const draftAge = minutes(10)

/** Removes what is over, what is damaged and what was left half-made; goes round, a folder after the other. */
export class SessionSweep {
  readonly #folder: SessionFolder
  readonly #drafts = new Map<string, Instant>()
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
      await this.#markers(shard)
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
    const there = this.#folder.draftsIn(shard)
    for (const path of this.#drafts.keys()) {
      if (basename(path).startsWith(shard) && !there.includes(path)) this.#drafts.delete(path)
    }
    for (const path of there) {
      const since = this.#drafts.get(path) ?? now
      this.#drafts.set(path, since)
      if (now >= plus(since, draftAge)) await removed(path)
    }
  }

  /** Of damaged files, and of processes that were killed between a session and its marker. */
  async #markers(shard: string): Promise<void> {
    for (const folder of this.#folder.accountFoldersIn(shard)) {
      await this.#look()
      const marked = this.#folder.markedIn(folder)
      const gone = marked.filter((hash) => !existsSync(this.#folder.fileOf(hash)))
      for (const hash of gone) await removed(`${folder}/${basename(this.#folder.fileOf(hash))}`)
      // Refused where a sign-in has just put a marker; who comes later makes the folder again.
      if (gone.length === marked.length) await rmdir(folder).catch(() => undefined)
    }
  }

  async #look(): Promise<void> {
    this.#looked += 1
    if (this.#looked % pauseEvery === 0) await setImmediate()
  }
}
