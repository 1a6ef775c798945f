import { describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import type { FamilyId, RefreshFamily, RefreshFamilyStore } from '../core/tokens/index.ts'
import { publicId, systemRandom, urlSafe } from '../kernel/random.ts'
import { anInstant } from './records.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const later = anInstant('2030-01-01T01:00:00Z')
const end = anInstant('2030-01-08T00:00:00Z')
const farEnd = anInstant('2030-02-01T00:00:00Z')

function aFamily(accountId: AccountId, over: Partial<RefreshFamily> = {}): RefreshFamily {
  return {
    id: urlSafe(systemRandom, 16) as FamilyId,
    accountId,
    session: publicId(systemRandom, 'sn'),
    counter: 0,
    turnedAt: start,
    expiresAt: end,
    agent: 'curl/8.9',
    address: '192.0.2.1',
    reusedAt: undefined,
    ...over,
  }
}

/** What every {@link RefreshFamilyStore} must do. `open` also gives ids of accounts that exist. */
export function refreshFamilyStoreContract(
  name: string,
  open: () => Promise<{ store: RefreshFamilyStore; newAccount: () => Promise<AccountId> }>,
): void {
  const opened = async () => {
    const { store, newAccount } = await open()
    const owner = await newAccount()
    const family = aFamily(owner)
    await store.insert(family)
    return { store, owner, family, newAccount }
  }

  describe(`refresh family store contract: ${name}`, () => {
    it('gives back a family as it was added, and none under another id', async () => {
      const { store, family } = await opened()
      expect(await store.find(family.id)).toEqual(family)
      expect(await store.find('nobody' as FamilyId)).toBeUndefined()
    })

    it('turns a family once: one of 50 parallel callers is told so', async () => {
      const { store, family } = await opened()
      const turns = await Promise.all(
        Array.from({ length: 50 }, () => store.turn(family.id, 0, later, farEnd)),
      )
      expect(turns.filter(Boolean)).toHaveLength(1)
      const turned = { ...family, counter: 1, turnedAt: later, expiresAt: farEnd }
      expect(await store.find(family.id)).toEqual(turned)
    })

    it('turns by the newest number and no other', async () => {
      const { store, family } = await opened()
      for (const counter of [1, -1]) {
        expect(await store.turn(family.id, counter, later, farEnd)).toBe(false)
      }
      expect(await store.turn(family.id, 0, later, farEnd)).toBe(true)
      expect(await store.turn(family.id, 0, later, farEnd)).toBe(false)
      expect(await store.turn(family.id, 1, later, farEnd)).toBe(true)
      expect((await store.find(family.id))?.counter).toBe(2)
    })

    it('notes once that an old token was presented, and turns no more: of 16 one is told so', async () => {
      const { store, family } = await opened()
      const marks = await Promise.all(
        Array.from({ length: 16 }, () => store.markReused(family.id, later, farEnd)),
      )
      expect(marks.filter(Boolean)).toHaveLength(1)
      expect(await store.turn(family.id, 0, later, farEnd)).toBe(false)
      expect(await store.find(family.id)).toEqual({
        ...family,
        reusedAt: later,
        expiresAt: farEnd,
      })
    })

    it('leaves no turn behind a note, whichever of them is faster', async () => {
      const { store, owner } = await opened()
      for (let round = 0; round < 16; round++) {
        const family = aFamily(owner)
        await store.insert(family)
        await Promise.all([
          store.turn(family.id, 0, later, farEnd),
          store.markReused(family.id, later, farEnd),
        ])
        const { counter = -1, reusedAt } = (await store.find(family.id)) ?? {}
        expect(reusedAt).toBe(later)
        expect(await store.turn(family.id, counter, later, farEnd)).toBe(false)
      }
    })

    it('tells the owner alone of families that were reused, the last first, until they were seen', async () => {
      const { store, owner, family, newAccount } = await opened()
      const second = aFamily(owner)
      const others = aFamily(await newAccount())
      for (const one of [second, others]) await store.insert(one)
      await store.markReused(family.id, start, farEnd)
      await store.markReused(second.id, later, farEnd)
      await store.markReused(others.id, later, farEnd)
      const told = async () => (await store.listReused(owner)).map(({ id }) => id)
      expect(await told()).toEqual([second.id, family.id])

      expect(await store.forgetReused(others.accountId, second.id)).toBe(false)
      expect(await store.forgetReused(owner, second.id)).toBe(true)
      expect(await store.forgetReused(owner, second.id)).toBe(false)
      expect(await told()).toEqual([family.id])
    })

    it('forgets no family that is in use', async () => {
      const { store, owner, family } = await opened()
      expect(await store.forgetReused(owner, family.id)).toBe(false)
      expect(await store.find(family.id)).toEqual(family)
    })

    it('sweeps what has expired, at the very instant, a batch at a time', async () => {
      const { store, owner, family } = await opened()
      const living = aFamily(owner, { expiresAt: farEnd })
      for (const one of [living, aFamily(owner), aFamily(owner)]) await store.insert(one)
      expect(await store.sweep(anInstant('2030-01-07T23:59:59.999Z'), 100)).toBe(0)
      expect(await store.sweep(end, 2)).toBe(2)
      expect(await store.sweep(end, 2)).toBe(1)
      expect(await store.find(family.id)).toBeUndefined()
      expect(await store.find(living.id)).toEqual(living)
    })
  })
}
