import { describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import type { PendingLogin, PendingLoginStore } from '../core/flows/login/index.ts'
import { anInstant, aTokenHash } from './records.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const end = anInstant('2030-01-01T00:10:00Z')
const justBefore = anInstant('2030-01-01T00:09:59.999Z')

function aPendingLogin(accountId: AccountId): PendingLogin {
  return {
    tokenHash: aTokenHash(),
    accountId,
    epoch: 3,
    kind: 'jwt',
    client: { agent: 'curl/8.9', address: '192.0.2.1' },
    createdAt: start,
    expiresAt: end,
    tries: 0,
    proofs: [{ method: 'password', at: start }],
  }
}

/** What every {@link PendingLoginStore} must do. `open` also gives ids of accounts that exist. */
export function pendingLoginStoreContract(
  name: string,
  open: () => Promise<{ store: PendingLoginStore; newAccount: () => Promise<AccountId> }>,
): void {
  const opened = async () => {
    const { store, newAccount } = await open()
    const owner = await newAccount()
    const pending = aPendingLogin(owner)
    await store.insert(pending)
    return { store, owner, pending }
  }

  describe(`pending login store contract: ${name}`, () => {
    it('gives back a sign-in as it was added, until the very instant when it expires', async () => {
      const { store, pending } = await opened()
      expect(await store.findLive(pending.tokenHash, justBefore)).toEqual(pending)
      expect(await store.findLive(pending.tokenHash, end)).toBeUndefined()
      expect(await store.findLive(aTokenHash(), start)).toBeUndefined()
    })

    it('is tried as often as it may be: of 50 parallel callers so many are given it', async () => {
      const { store, pending } = await opened()
      const tries = await Promise.all(
        Array.from({ length: 50 }, () => store.takeTry(pending.tokenHash, start, 5)),
      )
      const given = tries.filter((one) => one !== undefined)
      expect(given.map((one) => one.tries).sort()).toEqual([1, 2, 3, 4, 5])
      expect(given[0]).toEqual({ ...pending, tries: given[0]?.tries })
      expect(await store.takeTry(pending.tokenHash, start, 5)).toBeUndefined()
      expect((await store.findLive(pending.tokenHash, start))?.tries).toBe(5)
    })

    it('is not tried once it has expired, nor counted', async () => {
      const { store, pending } = await opened()
      expect(await store.takeTry(pending.tokenHash, end, 5)).toBeUndefined()
      expect((await store.findLive(pending.tokenHash, start))?.tries).toBe(0)
    })

    it('is ended once: one of 16 parallel callers is told so', async () => {
      const { store, pending } = await opened()
      const ends = await Promise.all(Array.from({ length: 16 }, () => store.end(pending.tokenHash)))
      expect(ends.filter(Boolean)).toHaveLength(1)
      expect(await store.takeTry(pending.tokenHash, start, 5)).toBeUndefined()
    })

    it('sweeps what has expired, a batch at a time', async () => {
      const { store, owner, pending } = await opened()
      const others = [aPendingLogin(owner), aPendingLogin(owner)]
      const living = { ...aPendingLogin(owner), expiresAt: anInstant('2030-01-01T00:20:00Z') }
      for (const one of [...others, living]) await store.insert(one)
      expect(await store.sweep(justBefore, 100)).toBe(0)
      expect(await store.sweep(end, 2)).toBe(2)
      expect(await store.sweep(end, 2)).toBe(1)
      expect(await store.findLive(pending.tokenHash, start)).toBeUndefined()
      expect(await store.findLive(living.tokenHash, end)).toEqual(living)
    })
  })
}
