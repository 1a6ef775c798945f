import { describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import { type AuditEntry, type AuditFilter, origin, verify } from '../core/audit/index.ts'
import { auditKey, linked, type OpenedTrail } from './audit-records.ts'
import { auditPruningContract } from './audit-store-pruning.contract.ts'
import { anInstant } from './records.ts'

const ann = 'acc_ann' as AccountId
const bob = 'acc_bob' as AccountId

const noon = anInstant('2030-01-01T12:00:00Z')
const later = anInstant('2030-01-01T13:00:00Z')

const seqs = (entries: readonly AuditEntry[]) => entries.map(({ seq }) => seq)

/** What every {@link AuditStore} must do. */
export function auditStoreContract(name: string, open: () => Promise<OpenedTrail>): void {
  describe(`audit store contract: ${name}`, () => {
    it('begins with nothing', async () => {
      const { store } = await open()
      expect(await store.list({}, 'oldest', 10)).toEqual([])
      expect(await store.ends()).toEqual({ last: origin, pruned: { ...origin, seal: '' } })
    })

    it('gives back what was written, whatever it was, and stands at the last of it', async () => {
      const { store, other } = await open()
      const written = [
        await store.append(linked()),
        await other.append(linked({ subject: undefined, session: undefined, actor: 'stranger' })),
        await store.append(
          linked({
            at: noon,
            client: { agent: 'Ünïcode "\'\n\\ 🔑 %s \u2028', address: '' },
            type: 'server.started',
            details: { version: '1', settings: { z: 'ä', a: '"', '10': '', '9': '\u0000' } },
          }),
        ),
      ] as const
      expect(await store.list({}, 'oldest', 10)).toEqual(written)
      const { seq, hash } = written[2]
      expect((await other.ends()).last).toEqual({ seq, hash })
      expect(await verify(store, [auditKey])).toMatchObject({ entries: 3, findings: [] })
    })

    it('makes one unbroken chain of what 32 parallel callers add on two nodes', async () => {
      const { store, other } = await open()
      const added = await Promise.all(
        Array.from({ length: 32 }, (_, at) =>
          (at % 2 === 0 ? store : other).append(linked({ session: `sn_${at}` })),
        ),
      )
      const inOrder = added.toSorted((a, b) => a.seq - b.seq)
      expect(seqs(inOrder)).toEqual(Array.from({ length: 32 }, (_, at) => at + 1))
      expect(await store.list({}, 'oldest', 100)).toEqual(inOrder)
      expect(await verify(other, [auditKey])).toMatchObject({
        entries: 32,
        findings: [],
        last: { seq: 32, hash: inOrder[31]?.hash },
      })
    })

    it('adds the same entry as often as it is written, also on two nodes at the same time', async () => {
      const { store, other } = await open()
      const same = linked()
      await store.append(same)
      await other.append(same)
      const both = [store, other].flatMap((node) => [node.append(same), node.append(same)])
      expect(seqs(await Promise.all(both)).toSorted()).toEqual([3, 4, 5, 6])
      expect(await verify(store, [auditKey])).toMatchObject({ entries: 6, findings: [] })
    })

    it('goes on where another node has written', async () => {
      const { store, other } = await open()
      for (const node of [store, store, other, store, other, other]) await node.append(linked())
      expect(await verify(other, [auditKey])).toMatchObject({ entries: 6, findings: [] })
    })

    it('adds nothing where no entry can be made', async () => {
      const { store } = await open()
      const failing = store.append(() => {
        throw new Error('no key')
      })
      await expect(failing).rejects.toThrow('no key')
      expect((await store.append(linked())).seq).toBe(1)
    })

    describe('asked for some', () => {
      const written = [
        { subject: ann },
        { subject: bob, at: noon, client: { agent: '', address: '2001:db8::1' } },
        { subject: ann, at: noon, type: 'login.refused', details: { cause: 'wrong_password' } },
        { subject: undefined, at: later, type: 'limit.reached' },
        { subject: ann, at: later, type: 'password.changed', details: {} },
      ] as const
      const opened = async () => {
        const { store } = await open()
        for (const one of written) await store.append(linked(one))
        return store
      }

      it.each<[AuditFilter, readonly number[]]>([
        [{}, [1, 2, 3, 4, 5]],
        [{ subject: ann }, [1, 3, 5]],
        [{ subject: 'acc_nobody' as AccountId }, []],
        [{ types: ['login.refused', 'password.changed'] }, [3, 5]],
        [{ types: [] }, []],
        [{ address: '2001:db8::1' }, [2]],
        [{ since: noon }, [2, 3, 4, 5]],
        [{ until: later }, [1, 2, 3]],
        [{ since: noon, until: later }, [2, 3]],
        [{ after: 2 }, [3, 4, 5]],
        [{ before: 2 }, [1]],
        [{ after: 1, before: 4 }, [2, 3]],
        [{ subject: ann, since: noon, types: ['login.refused', 'login.succeeded'] }, [3]],
        [{ subject: undefined, types: undefined, since: undefined }, [1, 2, 3, 4, 5]],
      ])(
        'of which all is true, gives them, whichever end it begins at: %j',
        async (filter, found) => {
          const store = await opened()
          expect(seqs(await store.list(filter, 'oldest', 100))).toEqual(found)
          expect(seqs(await store.list(filter, 'newest', 100))).toEqual(found.toReversed())
        },
      )

      it('gives no more than it is asked for, from the end that it is asked for', async () => {
        const store = await opened()
        expect(seqs(await store.list({}, 'oldest', 2))).toEqual([1, 2])
        expect(seqs(await store.list({}, 'newest', 2))).toEqual([5, 4])
        expect(seqs(await store.list({ subject: ann, before: 5 }, 'newest', 1))).toEqual([3])
      })
    })

    it('adds what belongs to a unit of work with it, or not at all, and leaves no gap', async () => {
      const { store, other, unitOfWork } = await open()
      await store.append(linked())
      const undone = unitOfWork.run(async () => {
        expect((await store.append(linked())).seq).toBe(2)
        expect(seqs(await store.list({}, 'newest', 1))).toEqual([2])
        expect(seqs(await other.list({}, 'newest', 1))).toEqual([1])
        throw new Error('undone')
      })
      await expect(undone).rejects.toThrow('undone')
      expect((await other.ends()).last.seq).toBe(1)
      const [again] = await unitOfWork.run(async () => [await store.append(linked())])
      expect(again?.seq).toBe(2)
      expect(await verify(other, [auditKey])).toMatchObject({ entries: 2, findings: [] })
    })

    it('leaves no gap where 16 units of work add at once, and every other one is undone', async () => {
      const { store, other, unitOfWork } = await open()
      const units = Array.from({ length: 16 }, (_, at) =>
        unitOfWork.run(async () => {
          await store.append(linked({ session: `sn_${at}` }))
          if (at % 2 === 0) throw new Error('undone')
        }),
      )
      await Promise.allSettled(units)
      expect(seqs(await other.list({}, 'oldest', 100))).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
      expect(await verify(other, [auditKey])).toMatchObject({ entries: 8, findings: [] })
    })
  })

  auditPruningContract(name, open)
}
