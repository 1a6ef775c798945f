import { once } from 'node:events'
import { closeSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import type { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Budget, Claim, LimitStore } from '../../src/core/limits/index.ts'
import { minutes, plus, seconds } from '../../src/kernel/clock.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { openSqliteLimitStore } from '../../src/stores/sql/sqlite-limits.ts'
import { anInstant } from '../../src/testing/index.ts'
import { aClaim } from '../../src/testing/records.ts'
import { giveBack } from '../../src/testing/settling.ts'
import { onCleanUp, temporaryFolder } from '../support/clean-up.ts'
import { spawnTied } from '../support/tied-process.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const five: Budget = { points: 5, window: minutes(15), grows: false }

function newPath(): string {
  return `${temporaryFolder()}/limits.db`
}

function opened(path: string): LimitStore {
  const store = openSqliteLimitStore(path)
  onCleanUp(() => store.close?.())
  return store
}

async function leftAfter(store: LimitStore, claim: Claim, now = start): Promise<number | 'none'> {
  const outcome = await store.take([claim], now)
  return outcome.kind === 'taken' ? (outcome.taken[0]?.left ?? 0) : 'none'
}

const program = join(import.meta.dirname, '../support/limit-process.ts')

/** Another worker, that is about to take so many points of this claim. */
async function worker(path: string, { key }: Claim, times: number) {
  const child = spawnTied(process.execPath, [program, path, key, `${times}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onCleanUp(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout as Readable)[Symbol.asyncIterator]()
  await lines.next()
  return {
    go: () => child.stdin?.write('go\n'),
    taken: async () => Number((await lines.next()).value),
    kill: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** What waits in the journal is brought to where it belongs. */
function checkpoint(path: string): void {
  const database = new DatabaseSync(path)
  database.exec('pragma wal_checkpoint(truncate)')
  database.close()
}

/** Writes over what is there, from the header on or after it. */
function spoil(path: string, from = 100): void {
  const file = openSync(path, 'r+')
  const size = statSync(path).size - from
  writeSync(file, Buffer.alloc(size, 0xa5), 0, size, from)
  closeSync(file)
}

describe('a file of counters', () => {
  it('is read and written by its owner alone, from its first moment', async () => {
    const path = newPath()
    await leftAfter(opened(path), aClaim(five))
    for (const part of ['', '-wal', '-shm']) {
      expect(statSync(`${path}${part}`).mode & 0o777).toBe(0o600)
    }
  })

  it('counts on after its process was killed', async () => {
    const [path, claim] = [newPath(), aClaim(five)]
    const { go, taken, kill } = await worker(path, claim, 3)
    go()
    expect(await taken()).toBe(3)
    await kill()
    expect(await leftAfter(opened(path), claim)).toBe(1)
  })

  it('gives five points to four workers that take 200 each at the same moment', async () => {
    const [path, claim] = [newPath(), aClaim(five)]
    const workers = await Promise.all([1, 2, 3, 4].map(() => worker(path, claim, 200)))
    for (const { go } of workers) go()
    const taken = await Promise.all(workers.map((one) => one.taken()))
    expect(taken.reduce((sum, one) => sum + one)).toBe(5)
  })

  it('tells soon that another process holds it, and goes on after that', async () => {
    const [path, claim] = [newPath(), aClaim(five)]
    const store = opened(path)
    const other = new DatabaseSync(path)
    onCleanUp(() => other.close())
    other.exec('begin immediate')
    const began = performance.now()
    await expect(store.take([claim], start)).rejects.toThrow(StoreUnavailableError)
    await expect(giveBack(store, [])).rejects.toThrow(StoreUnavailableError)
    expect(performance.now() - began).toBeLessThan(2000)
    other.exec('rollback')
    expect(await leftAfter(store, claim)).toBe(4)
  })

  it('is unavailable where it cannot be made, and once it is closed', async () => {
    expect(() => openSqliteLimitStore('/nowhere/limits.db')).toThrow(StoreUnavailableError)
    const store = opened(newPath())
    await store.close?.()
    await expect(store.take([aClaim(five)], start)).rejects.toThrow(StoreUnavailableError)
  })
})

describe('a file of counters that is spoilt', () => {
  it.each([
    ['no database', 'nothing that SQLite ever wrote, long enough to have a header'.repeat(100)],
    ['a database that was cut off', ''],
  ])('is begun anew where it is %s', async (_, text) => {
    const [path, claim] = [newPath(), aClaim(five)]
    writeFileSync(path, text, { mode: 0o600 })
    writeFileSync(`${path}-wal`, 'of another file')
    const store = opened(path)
    expect(await leftAfter(store, claim)).toBe(4)
    expect(await leftAfter(opened(path), claim)).toBe(3)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('is begun anew where its tables cannot be read', async () => {
    const [path, claim] = [newPath(), aClaim(five)]
    const before = openSqliteLimitStore(path)
    await before.take([claim], start)
    await before.close?.()
    spoil(path)
    expect(await leftAfter(opened(path), claim)).toBe(4)
  })

  it('is begun anew beside a worker that still has it open, and nothing of the old one is read', async () => {
    const [path, claim] = [newPath(), aClaim(five)]
    const { go, taken } = await worker(path, claim, 2)
    go()
    expect(await taken()).toBe(2)
    checkpoint(path)
    // Its journal has something of the old file.
    go()
    expect(await taken()).toBe(2)
    spoil(path, 0)
    const store = opened(path)
    for (const left of [4, 3, 2, 1, 0]) expect(await leftAfter(store, claim)).toBe(left)
    const second = opened(path)
    expect(await leftAfter(second, claim)).toBe('none')
  })

  it('is told from one that is locked, which is left alone', async () => {
    const [path, claim] = [newPath(), aClaim(five)]
    const before = openSqliteLimitStore(path)
    await before.take([claim], start)
    await before.close?.()
    const other = new DatabaseSync(path)
    other.exec('pragma locking_mode = exclusive; begin exclusive')
    expect(() => openSqliteLimitStore(path)).toThrow(StoreUnavailableError)
    other.close()
    expect(await leftAfter(opened(path), claim)).toBe(3)
  })

  it('while it is used is begun anew, and what was asked is answered', async () => {
    const path = newPath()
    const [store, other] = [opened(path), opened(path)]
    // More than is kept in memory: or nobody would look at what is on the disk.
    const claims = Array.from({ length: 60_000 }, () => aClaim(five))
    for (let at = 0; at < claims.length; at += 500) {
      await store.take(claims.slice(at, at + 500), start)
    }
    checkpoint(path)
    spoil(path)
    for (const claim of claims.slice(0, 3000)) await store.take([claim], start)
    const claim = aClaim(five)
    expect(await leftAfter(store, claim, plus(start, seconds(1)))).toBe(4)
    expect(await leftAfter(other, claim, plus(start, seconds(1)))).toBe(3)
  })

  it('is begun anew once, by all workers that find it so: within a second they count together again', async () => {
    for (let round = 0; round < 3; round++) {
      const [path, claim] = [newPath(), aClaim(five)]
      writeFileSync(path, 'nothing that SQLite ever wrote'.repeat(1000))
      const workers = await Promise.all([1, 2, 3].map(() => worker(path, claim, 50)))
      const store = opened(path)
      for (const { go } of workers) go()
      const others = Array.from({ length: 50 }, () => store.take([claim], start))
      for (const one of await Promise.all(workers.map(({ taken }) => taken()))) {
        expect(one).toBeLessThanOrEqual(5)
      }
      await Promise.all(others)
      const second = opened(path)
      const fresh = aClaim(five)
      expect(await leftAfter(store, fresh, plus(start, seconds(1)))).toBe(4)
      expect(await leftAfter(second, fresh, plus(start, seconds(1)))).toBe(3)
    }
  })

  it('is followed by all: who removes it by hand lets everybody begin anew, within a second', async () => {
    const [path, claim] = [newPath(), aClaim(five)]
    const [store, other] = [opened(path), opened(path)]
    expect(await leftAfter(store, claim)).toBe(4)
    expect(await leftAfter(other, claim)).toBe(3)
    for (const part of ['', '-wal', '-shm']) rmSync(`${path}${part}`, { force: true })
    expect(await leftAfter(store, claim, plus(start, seconds(1)))).toBe(4)
    expect(await leftAfter(other, claim, plus(start, seconds(1)))).toBe(3)
  })

  it('begins anew under a key of which nonsense is kept', async () => {
    const [path, claim] = [newPath(), aClaim(five)]
    const store = opened(path)
    await leftAfter(store, claim)
    const other = new DatabaseSync(path)
    onCleanUp(() => other.close())
    other.prepare('update tallies set tally = ?').run('nonsense')
    expect(await leftAfter(store, claim)).toBe(4)
  })
})
