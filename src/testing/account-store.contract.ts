import { describe, expect, it } from 'vitest'
import type { Account, AccountId, AccountStore } from '../core/accounts/index.ts'
import { anAccount, anInstant } from './records.ts'

/** What every {@link AccountStore} must do. Run it against yours: `accountStoreContract('sqlite', open)`. */
export function accountStoreContract(name: string, open: () => Promise<AccountStore>): void {
  describe(`account store contract: ${name}`, () => {
    it('gives back an account exactly as it was added, by id and by address', async () => {
      const store = await open()
      const account = anAccount({ address: 'Zoë.Ångström@Bücher.example' })
      expect(await store.insert(account)).toBe('inserted')
      expect(await store.findById(account.id)).toEqual(account)
      expect(await store.findByEmail(account.canonicalEmail)).toEqual(account)
    })

    it('knows nothing of accounts that were never added', async () => {
      const store = await open()
      const account = anAccount()
      expect(await store.findById(account.id)).toBeUndefined()
      expect(await store.findByEmail(account.canonicalEmail)).toBeUndefined()
      expect(await store.setStatus('acc_nobody' as AccountId, 'disabled')).toBe(false)
    })

    it('lets exactly one of 32 parallel callers have an address', async () => {
      const store = await open()
      const rivals = Array.from({ length: 32 }, () => anAccount({ address: 'Wanted@example.com' }))
      const results = await Promise.all(rivals.map((account) => store.insert(account)))
      expect(results.filter((result) => result === 'inserted')).toHaveLength(1)
      const winner = rivals[results.indexOf('inserted')]
      expect(await store.findByEmail('wanted@example.com' as never)).toEqual(winner)
      const kept = await Promise.all(rivals.map((account) => store.findById(account.id)))
      expect(kept.filter(Boolean)).toHaveLength(1)
    })

    it('starts a new epoch when it disables an account, and none when it enables it', async () => {
      const store = await open()
      const account = anAccount()
      await store.insert(account)
      expect(await store.setStatus(account.id, 'disabled')).toBe(true)
      expect(await store.findById(account.id)).toEqual({ ...account, status: 'disabled', epoch: 1 })
      expect(await store.setStatus(account.id, 'active')).toBe(true)
      expect(await store.findById(account.id)).toEqual({ ...account, status: 'active', epoch: 1 })
    })

    it('gives another role, and with it another epoch, for one of 16 parallel callers', async () => {
      const store = await open()
      const account = anAccount()
      await store.insert(account)
      const told = await Promise.all(
        Array.from({ length: 16 }, () => store.setRole(account.id, 'admin')),
      )
      expect(told.filter(Boolean)).toHaveLength(1)
      expect(await store.findById(account.id)).toEqual({ ...account, role: 'admin', epoch: 1 })
      expect(await store.setRole('acc_nobody' as AccountId, 'admin')).toBe(false)
    })

    it('loses no epoch to 16 parallel callers', async () => {
      const store = await open()
      const account = anAccount()
      await store.insert(account)
      await Promise.all(Array.from({ length: 16 }, () => store.setStatus(account.id, 'disabled')))
      expect((await store.findById(account.id))?.epoch).toBe(16)
    })

    it('keeps when an address was verified', async () => {
      const store = await open()
      const account = anAccount({ emailVerifiedAt: anInstant('2030-01-02T03:04:05.678Z') })
      await store.insert(account)
      expect(await store.findById(account.id)).toEqual(account)
    })

    it('starts a new epoch for each of 16 parallel callers, and tells each its own', async () => {
      const store = await open()
      const account = anAccount()
      await store.insert(account)
      const begun = await Promise.all(
        Array.from({ length: 16 }, () => store.startEpoch(account.id)),
      )
      const epochs = begun.map((one) => one?.epoch ?? 0).sort((a, b) => a - b)
      expect(epochs).toEqual(Array.from({ length: 16 }, (_, at) => at + 1))
      expect(await store.findById(account.id)).toEqual({ ...account, epoch: 16 })
      expect(await store.startEpoch('acc_nobody' as AccountId)).toBeUndefined()
    })

    it('starts the epoch after a given one for one of 16 parallel callers, and not again', async () => {
      const store = await open()
      const account = anAccount()
      await store.insert(account)
      const begun = await Promise.all(
        Array.from({ length: 16 }, () => store.startEpoch(account.id, 0)),
      )
      expect(begun.filter(Boolean)).toEqual([{ ...account, epoch: 1 }])
      expect(await store.startEpoch(account.id, 0)).toBeUndefined()
      expect(await store.startEpoch(account.id, 2)).toBeUndefined()
      expect(await store.findById(account.id)).toEqual({ ...account, epoch: 1 })
    })

    it('adds many at once, those whose address is free, and tells which', async () => {
      const store = await open()
      const kept = anAccount({ address: 'kept@example.com' })
      await store.insert(kept)
      const rival = anAccount({ address: 'Kept@example.com' })
      const twins = [
        anAccount({ address: 'twin@example.com' }),
        anAccount({ address: 'TWIN@example.com' }),
      ] as const
      const fresh = Array.from({ length: 1234 }, () => anAccount())
      const inserted = await store.insertAll([rival, ...fresh, ...twins])
      expect(inserted).toEqual([...fresh, twins[0]])
      expect(await store.findByEmail(kept.canonicalEmail)).toEqual(kept)
      expect(await store.findById(twins[1].id)).toBeUndefined()
      for (const account of [fresh[0], fresh[777], fresh.at(-1)]) {
        expect(account && (await store.findById(account.id))).toEqual(account)
      }
      expect(await store.insertAll([])).toEqual([])
    })

    it('adds each address once for 8 parallel callers that come with all of them, in any order', async () => {
      const store = await open()
      const addresses = Array.from({ length: 60 }, (_, at) => `wanted${at}@example.com`)
      const calls = Array.from({ length: 8 }, (_, caller) => {
        const accounts = addresses.map((address) => anAccount({ address }))
        return store.insertAll(caller % 2 ? accounts : accounts.reverse())
      })
      const inserted = (await Promise.all(calls)).flat()
      expect(inserted.map(({ email }) => email as string).sort()).toEqual(addresses.sort())
      for (const account of inserted) {
        expect(await store.findByEmail(account.canonicalEmail)).toEqual(account)
      }
    })

    it('tells which of many addresses somebody has', async () => {
      const store = await open()
      const accounts = Array.from({ length: 700 }, () => anAccount())
      const taken = accounts.filter((_, at) => at % 3 === 0)
      await store.insertAll(taken)
      const found = await store.findTaken(accounts.map(({ canonicalEmail }) => canonicalEmail))
      expect(found).toEqual(new Set(taken.map(({ canonicalEmail }) => canonicalEmail)))
      expect(await store.findTaken([])).toEqual(new Set())
    })

    it('lists everybody once, a page at a time', async () => {
      const store = await open()
      expect(await store.list(undefined, 10)).toEqual([])
      const accounts = Array.from({ length: 25 }, () => anAccount())
      await store.insertAll(accounts)
      const listed: Account[] = []
      for (let page = await store.list(undefined, 10); page.length > 0; ) {
        expect(page.length).toBeLessThanOrEqual(10)
        listed.push(...page)
        page = await store.list(page.at(-1)?.canonicalEmail, 10)
      }
      const byId = (a: Account, b: Account) => (a.id < b.id ? -1 : 1)
      expect(listed.sort(byId)).toEqual(accounts.sort(byId))
    })

    it.each(["Robert'); drop table accounts;--", '" or 1=1 --', '<b>&amp;</b>', '%_\\', '🦊'])(
      'takes a name for a name: %s',
      async (fullName) => {
        const store = await open()
        const account = anAccount({ fullName: fullName as never })
        await store.insert(account)
        expect((await store.findById(account.id))?.fullName).toBe(fullName)
      },
    )
  })
}
