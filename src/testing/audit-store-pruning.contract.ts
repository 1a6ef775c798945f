import { describe, expect, it } from 'vitest'
import {
  type AuditEntry,
  type AuditStore,
  type Link,
  sealOfPruned,
  verify,
} from '../core/audit/index.ts'
import { auditKey, linked, type OpenedTrail } from './audit-records.ts'
import { anInstant } from './records.ts'

const day = (of: number) => anInstant(`2030-01-0${of}T00:00:00Z`)
const seal = (last: Link) => sealOfPruned(last, auditKey)

/** What is promised of removing the beginning of a trail. */
export function auditPruningContract(name: string, open: () => Promise<OpenedTrail>): void {
  /** With an entry of each of these days of January. */
  const opened = async (...days: number[]) => {
    const { store, other, unitOfWork } = await open()
    const written: AuditEntry[] = []
    for (const of of days) written.push(await store.append(linked({ at: day(of) })))
    return { store, other, unitOfWork, written }
  }
  const left = async (store: AuditStore) =>
    (await store.list({}, 'oldest', 100)).map(({ seq }) => seq)
  const expectWhole = async (store: AuditStore) =>
    expect((await verify(store, [auditKey])).findings).toEqual([])

  describe(`audit store contract, what is old: ${name}`, () => {
    it('is removed, and nothing else; what is left can be verified', async () => {
      const { store, other, written } = await opened(1, 2, 3, 4)
      expect(await store.prune(day(3), 100, seal)).toEqual({ removed: 2, through: 2 })
      expect(await left(other)).toEqual([3, 4])
      const { seq, hash } = written[1] as AuditEntry
      expect((await other.ends()).pruned).toEqual({ seq, hash, seal: seal({ seq, hash }) })
      await expectWhole(other)
    })

    it('is removed again and again, and tells that nothing is left to remove', async () => {
      const { store, other } = await opened(1, 2, 3)
      expect(await store.prune(day(1), 100, seal)).toEqual({ removed: 0, through: 0 })
      expect((await store.ends()).pruned).toEqual({ seq: 0, hash: '', seal: '' })
      await store.prune(day(2), 100, seal)
      expect(await other.prune(day(3), 100, seal)).toEqual({ removed: 1, through: 2 })
      expect(await other.prune(day(3), 100, seal)).toEqual({ removed: 0, through: 2 })
      expect(await left(store)).toEqual([3])
      await expectWhole(store)
    })

    it('is removed up to a bound, the oldest first', async () => {
      const { store } = await opened(1, 1, 1, 1, 1)
      expect(await store.prune(day(2), 2, seal)).toEqual({ removed: 2, through: 2 })
      await expectWhole(store)
      expect(await store.prune(day(2), 2, seal)).toEqual({ removed: 2, through: 4 })
      expect(await store.prune(day(2), 2, seal)).toEqual({ removed: 1, through: 5 })
      expect(await left(store)).toEqual([])
    })

    it('stays where it stands behind what is not old: a clock was turned back', async () => {
      const { store } = await opened(1, 5, 2)
      expect(await store.prune(day(4), 100, seal)).toEqual({ removed: 1, through: 1 })
      expect(await left(store)).toEqual([2, 3])
      await expectWhole(store)
    })

    it('may be all there is: the next entry takes the next place', async () => {
      const { store, other } = await opened(1, 2)
      await store.prune(day(9), 100, seal)
      expect((await other.append(linked())).seq).toBe(3)
      expect(await left(store)).toEqual([3])
      await expectWhole(store)
    })

    it('stays when the unit of work is undone that it was removed in', async () => {
      const { store, other, unitOfWork } = await opened(1, 2)
      const undone = unitOfWork.run(async () => {
        expect(await store.prune(day(2), 100, seal)).toEqual({ removed: 1, through: 1 })
        throw new Error('undone')
      })
      await expect(undone).rejects.toThrow('undone')
      expect(await left(other)).toEqual([1, 2])
      expect((await other.ends()).pruned.seq).toBe(0)
    })

    it('is removed once while 16 others add to the trail on two nodes', async () => {
      const { store, other } = await opened(1, 1, 1, 1, 1, 1)
      const nodes = Array.from({ length: 16 }, (_, at) => (at % 2 === 0 ? store : other))
      const [pruned] = await Promise.all([
        Promise.all([1, 2, 3, 4].map((at) => (nodes[at] as AuditStore).prune(day(2), 2, seal))),
        Promise.all(nodes.map((node) => node.append(linked({ at: day(3) })))),
      ])
      expect(pruned.map(({ removed }) => removed).toSorted()).toEqual([0, 2, 2, 2])
      expect(await left(other)).toEqual(Array.from({ length: 16 }, (_, at) => at + 7))
      await expectWhole(other)
    })
  })
}
