import { describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import type { PasswordHash, PasswordStore, StoredPassword } from '../core/passwords/index.ts'
import { anInstant } from './records.ts'

const now = anInstant('2030-01-01T00:00:00Z')
const most = 5

const aHash = (name: number | string): StoredPassword => ({
  hash: `$hash$${name}` as PasswordHash,
  normalForm: 'nfc',
})

/** What is promised of wrong passwords in a row. */
export function passwordFailuresContract(
  name: string,
  open: () => Promise<{ store: PasswordStore; newAccount: () => Promise<AccountId> }>,
): void {
  /** With an account that has failed so often. */
  const opened = async (failures = 0) => {
    const { store, newAccount } = await open()
    const owner = await newAccount()
    await store.insert(owner, aHash('old'), now)
    for (let failure = 0; failure < failures; failure++) await store.countFailure(owner, 100)
    return { store, newAccount, owner }
  }

  describe(`password store contract, wrong ones in a row: ${name}`, () => {
    it('are none at first, however the password came to be there', async () => {
      const { store, newAccount, owner } = await opened()
      const imported = await newAccount()
      await store.insertAll(new Map([[imported, aHash('imported')]]), now)
      expect([await store.failures(owner), await store.failures(imported)]).toEqual([0, 0])
    })

    it('are counted up to a bound, and no further', async () => {
      const { store, owner } = await opened()
      const told: unknown[] = []
      for (let failure = 0; failure < most + 2; failure++) {
        told.push(await store.countFailure(owner, most))
      }
      expect(told).toEqual([1, 2, 3, 4, 5, undefined, undefined])
      expect(await store.failures(owner)).toBe(most)
    })

    it('are told once each: of 32 parallel callers one is told that it was the last', async () => {
      const { store, owner } = await opened()
      const told = await Promise.all(
        Array.from({ length: 32 }, () => store.countFailure(owner, most)),
      )
      expect(told.filter((one) => one !== undefined).toSorted()).toEqual([1, 2, 3, 4, 5])
      expect(await store.failures(owner)).toBe(most)
    })

    it('are one account’s, and nobody’s where there is no password', async () => {
      const { store, newAccount, owner } = await opened(2)
      const [other, without] = [await newAccount(), await newAccount()]
      await store.insert(other, aHash('other'), now)
      expect(await store.failures(other)).toBe(0)
      for (const nobody of [without, 'nobody' as AccountId, '' as AccountId]) {
        expect(await store.countFailure(nobody, most)).toBeUndefined()
        expect(await store.forgetFailures(nobody, most)).toBe(false)
        expect(await store.failures(nobody)).toBeUndefined()
      }
      expect(await store.failures(owner)).toBe(2)
    })

    it('are forgotten below the bound, as often as that is asked for, and not at it', async () => {
      const { store, owner } = await opened(most - 1)
      expect(await store.forgetFailures(owner, most)).toBe(true)
      expect(await store.failures(owner)).toBe(0)
      expect(await store.forgetFailures(owner, most)).toBe(true)
      for (let failure = 0; failure < most; failure++) await store.countFailure(owner, most)
      expect(await store.forgetFailures(owner, most)).toBe(false)
      expect(await store.failures(owner)).toBe(most)
      expect(await store.forgetFailures(owner, most + 1)).toBe(true)
      expect(await store.failures(owner)).toBe(0)
    })

    it('are not forgotten by whoever comes at the same time as the last of them', async () => {
      const { store, owner } = await opened(most - 1)
      const [failed, ...forgotten] = await Promise.all([
        store.countFailure(owner, most),
        ...Array.from({ length: 16 }, () => store.forgetFailures(owner, most)),
      ])
      // Either it came first, and nothing was forgotten; or it was the first of a new row.
      expect([1, most]).toContain(failed)
      const isFirst = failed === most
      if (isFirst) expect(forgotten).not.toContain(true)
      else expect(forgotten).not.toContain(false)
      expect([0, failed]).toContain(await store.failures(owner))
    })

    it('are forgotten with another password, and not where only its hash is made anew', async () => {
      const { store, owner } = await opened(3)
      expect(await store.replace(owner, aHash('old').hash, aHash('anew'))).toBe(true)
      expect(await store.failures(owner)).toBe(3)
      expect(await store.replace(owner, aHash('old').hash, aHash('another'), now)).toBe(false)
      expect(await store.failures(owner)).toBe(3)
      expect(await store.replace(owner, aHash('anew').hash, aHash('another'), now)).toBe(true)
      expect(await store.failures(owner)).toBe(0)
    })

    it('stay when a password is added that there is already', async () => {
      const { store, owner } = await opened(3)
      await store.insert(owner, aHash('another'), now)
      await store.insertAll(new Map([[owner, aHash('another')]]), now)
      expect(await store.failures(owner)).toBe(3)
    })
  })
}
