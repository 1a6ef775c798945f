import { describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import type { PasswordHash, PasswordStore, StoredPassword } from '../core/passwords/index.ts'
import { passwordFailuresContract } from './password-failures.contract.ts'
import { anInstant } from './records.ts'

const now = anInstant('2030-01-01T00:00:00Z')
const later = anInstant('2030-06-01T00:00:00Z')

const aHash = (name: number | string): StoredPassword => ({
  hash: `$hash$${name}` as PasswordHash,
  normalForm: 'nfc',
})

/** What every {@link PasswordStore} must do. `open` also gives ids of accounts that exist. */
export function passwordStoreContract(
  name: string,
  open: () => Promise<{ store: PasswordStore; newAccount: () => Promise<AccountId> }>,
): void {
  describe(`password store contract: ${name}`, () => {
    it('gives back the hash of its owner and of nobody else', async () => {
      const { store, newAccount } = await open()
      const [owner, other] = [await newAccount(), await newAccount()]
      expect(await store.insert(owner, aHash(1), now)).toBe(true)
      expect(await store.find(owner)).toEqual(aHash(1))
      expect(await store.find(other)).toBeUndefined()
    })

    it('keeps whether the hash is known to be of the composed form', async () => {
      const { store, newAccount } = await open()
      const owner = await newAccount()
      const imported = { ...aHash(1), normalForm: undefined }
      await store.insert(owner, imported, now)
      expect(await store.find(owner)).toEqual(imported)
      expect(await store.replace(owner, imported.hash, aHash(2), now)).toBe(true)
      expect(await store.find(owner)).toEqual(aHash(2))
    })

    it('adds and finds the passwords of many at once', async () => {
      const { store, newAccount } = await open()
      const owners: AccountId[] = []
      for (let at = 0; at < 123; at++) owners.push(await newAccount())
      const passwords = new Map(
        owners.map((owner, at) => [owner, { ...aHash(at), normalForm: undefined }]),
      )
      await store.insertAll(passwords, now)
      const without = await newAccount()
      expect(await store.findAll([...owners, without])).toEqual(passwords)
      expect(await store.findAll([])).toEqual(new Map())
    })

    it('leaves a password that is there as it is when it adds many', async () => {
      const { store, newAccount } = await open()
      const [first, second] = [await newAccount(), await newAccount()]
      await store.insert(first, aHash('old'), now)
      const passwords = [
        [first, aHash(1)],
        [second, aHash(2)],
      ] as const
      await store.insertAll(new Map(passwords), now)
      expect(await store.find(first)).toEqual(aHash('old'))
      expect(await store.find(second)).toEqual(aHash(2))
    })

    it('keeps the first password of an account against 16 parallel callers', async () => {
      const { store, newAccount } = await open()
      const owner = await newAccount()
      const hashes = Array.from({ length: 16 }, (_, at) => aHash(at))
      const results = await Promise.all(hashes.map((hash) => store.insert(owner, hash, now)))
      expect(results.filter(Boolean)).toHaveLength(1)
      expect(await store.find(owner)).toEqual(hashes[results.indexOf(true)])
    })

    it('lets one of 16 parallel callers replace a hash', async () => {
      const { store, newAccount } = await open()
      const owner = await newAccount()
      const old = aHash('old')
      await store.insert(owner, old, now)
      const hashes = Array.from({ length: 16 }, (_, at) => aHash(at))
      const results = await Promise.all(
        hashes.map((hash) => store.replace(owner, old.hash, hash, now)),
      )
      expect(results.filter(Boolean)).toHaveLength(1)
      expect(await store.find(owner)).toEqual(hashes[results.indexOf(true)])
    })

    it('replaces nothing where the old hash is not there any more', async () => {
      const { store, newAccount } = await open()
      const [owner, other] = [await newAccount(), await newAccount()]
      await store.insert(owner, aHash(1), now)
      expect(await store.replace(owner, aHash(2).hash, aHash(3), now)).toBe(false)
      expect(await store.replace(other, aHash(1).hash, aHash(3), now)).toBe(false)
      expect(await store.find(owner)).toEqual(aHash(1))
      expect(await store.find(other)).toBeUndefined()
    })

    it('tells when a password was chosen, and nothing of who has none', async () => {
      const { store, newAccount } = await open()
      const [owner, imported, without] = [
        await newAccount(),
        await newAccount(),
        await newAccount(),
      ]
      await store.insert(owner, aHash(1), now)
      await store.insertAll(new Map([[imported, aHash(2)]]), later)
      expect(await store.changedAt(owner)).toBe(now)
      expect(await store.changedAt(imported)).toBe(later)
      expect(await store.changedAt(without)).toBeUndefined()
      expect(await store.changedAt('nobody' as AccountId)).toBeUndefined()
    })

    it('moves that date with another password, and leaves it where only the hash is made anew', async () => {
      const { store, newAccount } = await open()
      const [owner, other] = [await newAccount(), await newAccount()]
      await store.insert(owner, aHash(1), now)
      await store.insert(other, aHash(1), now)
      expect(await store.replace(owner, aHash(1).hash, aHash(2))).toBe(true)
      expect(await store.find(owner)).toEqual(aHash(2))
      expect(await store.changedAt(owner)).toBe(now)
      expect(await store.replace(owner, aHash(2).hash, aHash(3), later)).toBe(true)
      expect(await store.changedAt(owner)).toBe(later)
      expect(await store.replace(owner, aHash(3).hash, aHash(4))).toBe(true)
      expect(await store.changedAt(owner)).toBe(later)
      expect(await store.changedAt(other)).toBe(now)
    })

    it('leaves the date of a password that it does not add or replace', async () => {
      const { store, newAccount } = await open()
      const owner = await newAccount()
      await store.insert(owner, aHash(1), now)
      expect(await store.insert(owner, aHash(2), later)).toBe(false)
      await store.insertAll(new Map([[owner, aHash(2)]]), later)
      expect(await store.replace(owner, aHash(2).hash, aHash(3), later)).toBe(false)
      expect(await store.changedAt(owner)).toBe(now)
    })
  })

  passwordFailuresContract(name, open)
}
