import { beforeEach, describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import type { FactorStore, RecoveryCodeHash } from '../core/factors/index.ts'
import { minutes, plus } from '../kernel/clock.ts'
import { systemRandom, urlSafe } from '../kernel/random.ts'
import { anInstant, aTotpEnrolment } from './records.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const later = plus(start, minutes(5))

/** Hashes of codes that nobody knows. */
export function someRecoveryCodeHashes(count: number): RecoveryCodeHash[] {
  return Array.from({ length: count }, () => urlSafe(systemRandom, 32) as RecoveryCodeHash)
}

/** What every {@link FactorStore} must do with recovery codes. A part of `factorStoreContract`. */
export function recoveryCodesContract(
  name: string,
  open: () => Promise<{ store: FactorStore; newAccount: () => Promise<AccountId> }>,
): void {
  let store: FactorStore
  let newAccount: () => Promise<AccountId>
  let owner: AccountId
  let other: AccountId

  const haveApp = async (accountId: AccountId) => {
    const enrolment = aTotpEnrolment(accountId)
    await store.startTotp(enrolment)
    await store.confirmTotp(accountId, enrolment.id, 100, later, false)
  }

  const inParallel = <Result>(count: number, call: (at: number) => Promise<Result>) =>
    Promise.all(Array.from({ length: count }, (_, at) => call(at)))

  describe(`factor store contract, recovery codes: ${name}`, () => {
    beforeEach(async () => {
      const opened = await open()
      store = opened.store
      newAccount = opened.newAccount
      owner = await newAccount()
      other = await newAccount()
    })

    it('are spent for one of 16 parallel callers each', async () => {
      const hashes = someRecoveryCodeHashes(10)
      await store.replaceRecoveryCodes(owner, hashes, start)
      for (const hash of hashes.slice(0, 2)) {
        const told = await inParallel(16, () => store.spendRecoveryCode(owner, [hash], later))
        expect(told.filter(Boolean)).toHaveLength(1)
      }
      expect(await store.countRecoveryCodes(owner)).toBe(8)
    })

    it('are found under any of the candidates, once', async () => {
      const [hash = '' as RecoveryCodeHash, ...rest] = someRecoveryCodeHashes(3)
      await store.replaceRecoveryCodes(owner, [hash], start)
      expect(await store.spendRecoveryCode(owner, rest, later)).toBe(false)
      expect(await store.isSpentRecoveryCode(owner, [...rest, hash])).toBe(false)
      expect(await store.spendRecoveryCode(owner, [...rest, hash], later)).toBe(true)
      expect(await store.spendRecoveryCode(owner, [hash, ...rest], later)).toBe(false)
      expect(await store.isSpentRecoveryCode(owner, [...rest, hash])).toBe(true)
      expect(await store.isSpentRecoveryCode(other, [hash])).toBe(false)
    })

    it('are worth nothing to another account', async () => {
      const hashes = someRecoveryCodeHashes(10)
      await store.replaceRecoveryCodes(owner, hashes, start)
      expect(await store.spendRecoveryCode(other, hashes, later)).toBe(false)
      expect(await store.countRecoveryCodes(owner)).toBe(10)
    })

    it('all die, spent or not, when others take their place', async () => {
      const old = someRecoveryCodeHashes(10)
      await store.replaceRecoveryCodes(owner, old, start)
      await store.spendRecoveryCode(owner, old.slice(3, 4), later)
      const fresh = someRecoveryCodeHashes(4)
      await store.replaceRecoveryCodes(owner, fresh, later)
      expect(await store.countRecoveryCodes(owner)).toBe(4)
      for (const hash of old) {
        expect(await store.spendRecoveryCode(owner, [hash], later)).toBe(false)
        expect(await store.isSpentRecoveryCode(owner, [hash])).toBe(false)
      }
      expect(await store.spendRecoveryCode(owner, fresh.slice(3), later)).toBe(true)
      await store.replaceRecoveryCodes(owner, [], later)
      expect(await store.countRecoveryCodes(owner)).toBe(0)
    })

    it('are one whole set where 16 are made in parallel', async () => {
      await haveApp(owner)
      const sets = Array.from({ length: 16 }, () => someRecoveryCodeHashes(10))
      await Promise.all(sets.map((set) => store.replaceRecoveryCodes(owner, set, start)))
      expect(await store.countRecoveryCodes(owner)).toBe(10)
      const spent = await Promise.all(
        sets.flat().map((hash) => store.spendRecoveryCode(owner, [hash], later)),
      )
      expect(spent.filter(Boolean)).toHaveLength(10)
      expect(Math.floor(spent.indexOf(true) / 10)).toBe(Math.floor(spent.lastIndexOf(true) / 10))
    })

    it('are all there or none, where they are made while the app is removed', async () => {
      const round = async () => {
        const owner = await newAccount()
        await haveApp(owner)
        const hashes = someRecoveryCodeHashes(10)
        await store.replaceRecoveryCodes(owner, hashes, start)
        // Rows that were written to may lie in another order than those that were not.
        for (const hash of hashes.slice(0, 5)) await store.spendRecoveryCode(owner, [hash], later)
        await Promise.all([
          store.removeTotp(owner, false),
          store.replaceRecoveryCodes(owner, someRecoveryCodeHashes(10), start),
        ])
        expect([0, 10]).toContain(await store.countRecoveryCodes(owner))
      }
      await inParallel(16, round)
    })
  })
}
