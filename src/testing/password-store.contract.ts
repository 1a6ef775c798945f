import { describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import type { PasswordHash, PasswordStore } from '../core/passwords/index.ts'
import { anInstant } from './records.ts'

const now = anInstant('2030-01-01T00:00:00Z')

/** What every {@link PasswordStore} must do. `open` also gives ids of accounts that exist. */
export function passwordStoreContract(
  name: string,
  open: () => Promise<{ store: PasswordStore; newAccount: () => Promise<AccountId> }>,
): void {
  describe(`password store contract: ${name}`, () => {
    it('gives back the hash of its owner and of nobody else', async () => {
      const { store, newAccount } = await open()
      const [owner, other] = [await newAccount(), await newAccount()]
      expect(await store.insert(owner, '$hash$1' as PasswordHash, now)).toBe(true)
      expect(await store.find(owner)).toBe('$hash$1')
      expect(await store.find(other)).toBeUndefined()
    })

    it('keeps the first password of an account against 16 parallel callers', async () => {
      const { store, newAccount } = await open()
      const owner = await newAccount()
      const hashes = Array.from({ length: 16 }, (_, at) => `$hash$${at}` as PasswordHash)
      const results = await Promise.all(hashes.map((hash) => store.insert(owner, hash, now)))
      expect(results.filter(Boolean)).toHaveLength(1)
      expect(await store.find(owner)).toBe(hashes[results.indexOf(true)])
    })
  })
}
