import { describe, expect, it } from 'vitest'
import { auditKey, linked } from '../../testing/audit-records.ts'
import { MemoryAuditStore } from '../../testing/doubles/memory-audit.ts'
import { anInstant } from '../../testing/records.ts'
import { type Link, link, sealOfPruned } from './chain.ts'
import type { AuditEntry } from './event.ts'
import { verify } from './verify.ts'

const day = (of: number) => anInstant(`2030-01-0${of}T00:00:00Z`)
const stranger = new Uint8Array(32).fill(1)
const seal = (last: Link) => sealOfPruned(last, auditKey)

/** A trail of so many entries. */
async function trail(count = 5, key = auditKey): Promise<MemoryAuditStore> {
  const store = new MemoryAuditStore()
  for (let at = 1; at <= count; at++) {
    await store.append((last) => link(linked({ session: `sn_${at}` })(last), last, key))
  }
  return store
}

const findings = async (store: MemoryAuditStore, keys: readonly Uint8Array[] = [auditKey]) =>
  (await verify(store, keys)).findings

const altered = (seq: number) => ({ kind: 'altered', seq })
const missing = (from: number, to: number) => ({ kind: 'missing', from, to })

function change(store: MemoryAuditStore, seq: number, over: Partial<AuditEntry>): void {
  store.entries = store.entries.map((one) => (one.seq === seq ? { ...one, ...over } : one))
}

function without(store: MemoryAuditStore, ...seqs: number[]): void {
  store.entries = store.entries.filter(({ seq }) => !seqs.includes(seq))
}

describe('a trail that was left alone', () => {
  it('holds together, and tells how long it is and where it ends', async () => {
    const store = await trail()
    expect(await verify(store, [auditKey])).toEqual({
      entries: 5,
      findings: [],
      last: { seq: 5, hash: store.entries[4]?.hash },
      pruned: 0,
    })
  })

  it('holds together when it is empty', async () => {
    const verdict = { entries: 0, findings: [], last: { seq: 0, hash: '' }, pruned: 0 }
    expect(await verify(new MemoryAuditStore(), [auditKey])).toEqual(verdict)
  })

  it('holds together beyond what is read at once, and tells how far it is', async () => {
    const told: number[] = []
    const store = await trail(2345)
    const verdict = await verify(store, [auditKey], (entries) => told.push(entries))
    expect(verdict).toMatchObject({ entries: 2345, findings: [] })
    expect(told).toEqual([1000, 2000, 2345, 2345])
  })

  it('holds together when its beginning was removed because it was old', async () => {
    const store = await trail(3)
    for (const of of [2, 3]) await store.append(linked({ at: day(of) }))
    await store.prune(day(2), 100, seal)
    expect(await verify(store, [auditKey])).toMatchObject({ entries: 2, findings: [], pruned: 3 })
    await store.prune(day(9), 100, seal)
    expect(await verify(store, [auditKey])).toMatchObject({ entries: 0, findings: [], pruned: 5 })
  })

  it('holds together under the keys that it was written with, and not without one of them', async () => {
    const store = await trail(2, stranger)
    await store.prune(day(2), 1, (last) => sealOfPruned(last, stranger))
    await store.append(linked())
    expect(await findings(store, [auditKey, stranger])).toEqual([])
    expect(await findings(store, [auditKey])).toEqual([{ kind: 'cut', through: 1 }, altered(2)])
    expect(await findings(store, [stranger])).toEqual([altered(3)])
    expect(await findings(store, [])).toHaveLength(3)
  })

  it('holds together when it is written to meanwhile', async () => {
    const store = await trail(1500)
    const grown = async (entries: number) => {
      if (entries === 1000) await store.append(linked())
    }
    const verdict = await verify(store, [auditKey], (entries) => void grown(entries))
    expect(verdict).toMatchObject({ entries: 1501, findings: [], last: { seq: 1501 } })
  })

  it('holds together when more of it was removed meanwhile because it was old', async () => {
    const store = await trail(2500)
    await store.append(linked({ at: day(3) }))
    let isPruned = false
    const pruning = () => {
      if (!isPruned) void store.prune(day(2), 1700, seal)
      isPruned = true
    }
    expect(await verify(store, [auditKey], pruning)).toMatchObject({ findings: [], pruned: 1700 })
  })
})

describe('a trail that somebody has altered', () => {
  it('tells which entry was edited, and that alone', async () => {
    const store = await trail()
    change(store, 3, { session: 'sn_another' })
    expect(await findings(store)).toEqual([altered(3)])
    change(store, 5, { details: {} })
    expect(await findings(store)).toEqual([altered(3), altered(5)])
  })

  it.each([
    [[1], [missing(1, 1)]],
    [[1, 2], [missing(1, 2)]],
    [[3], [missing(3, 3)]],
    [
      [2, 4],
      [missing(2, 2), missing(4, 4)],
    ],
    [[5], [missing(5, 5)]],
    [[3, 4, 5], [missing(3, 5)]],
    [[1, 2, 3, 4, 5], [missing(1, 5)]],
  ])('tells which entries were taken away: %j', async (seqs, found) => {
    const store = await trail()
    without(store, ...seqs)
    expect(await findings(store)).toEqual(found)
  })

  it('tells of two that have changed places', async () => {
    const store = await trail()
    const [, two, three] = store.entries as [AuditEntry, AuditEntry, AuditEntry]
    change(store, 2, { ...three, seq: 2 })
    change(store, 3, { ...two, seq: 3 })
    expect(await findings(store)).toEqual([altered(2), altered(3), altered(4)])
  })

  it('tells of one that was taken away when all behind it were given its number and the next', async () => {
    const store = await trail()
    without(store, 2)
    store.entries = store.entries.map((one, at) => ({ ...one, seq: at + 1 }))
    store.last = { ...store.last, seq: 4 }
    expect(await findings(store)).toEqual([altered(2), altered(3), altered(4)])
  })

  it('tells of one that was put in, or written with another key', async () => {
    const store = await trail()
    const third = store.entries[2] as AuditEntry
    change(store, 4, link(linked()(third), third, stranger))
    expect(await findings(store)).toEqual([altered(4), altered(5)])
    await store.append((last) => ({ ...linked()(last), hash: 'made up' }))
    expect(await findings(store)).toContainEqual(altered(6))
  })

  it('tells of those that stand before its beginning', async () => {
    const store = await trail()
    await store.append(linked({ at: day(3) }))
    await store.prune(day(2), 100, seal)
    const forged = { ...linked()({ seq: 1, hash: '' }), type: 'login.succeeded' } as const
    store.entries.unshift({ ...forged, seq: -3 }, forged)
    expect(await findings(store)).toEqual([altered(-3), altered(2)])
  })

  it('tells of no more than a hundred things', async () => {
    const store = await trail(300)
    store.entries = store.entries.map((one) => ({ ...one, outcome: 'alarm' }))
    expect(await findings(store)).toHaveLength(100)
  })
})

describe('a mark that the beginning was old', () => {
  const cut = (through: number) => ({ kind: 'cut', through })

  it.each([
    ['no seal', () => ''],
    ['a seal by another key', (last: Link) => sealOfPruned(last, stranger)],
    ['a seal of another place', ({ hash }: Link) => seal({ seq: 1, hash })],
    ['the hash of the entry as its seal', ({ hash }: Link) => hash],
    ['text that is no seal', () => '!'],
  ])('is believed from nobody who has no key: with %s', async (_, forged) => {
    const store = await trail()
    const { seq, hash } = store.entries[1] as AuditEntry
    without(store, 1, 2)
    store.pruned = { seq, hash, seal: forged({ seq, hash }) }
    expect(await findings(store)).toEqual([cut(2)])
  })

  it('hides nothing when it is moved: what is behind it, or before, is missing or does not hold', async () => {
    const store = await trail()
    await store.append(linked({ at: day(3) }))
    await store.prune(day(2), 2, seal)
    const { pruned: former } = store
    await store.prune(day(2), 2, seal)
    without(store, 5)
    expect(await findings(store)).toEqual([missing(5, 5)])
    store.pruned = former
    expect(await findings(store)).toEqual([missing(3, 5)])
    store.pruned = { ...former, seq: 5 }
    expect(await findings(store)).toEqual([cut(5), altered(6)])
    store.pruned = { seq: 0, hash: '', seal: '' }
    expect(await findings(store)).toEqual([missing(1, 5)])
  })
})
