import { describe, expect, it } from 'vitest'
import type { AccountId, AccountStore } from '../core/accounts/index.ts'
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
