import { beforeEach, describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import { nothingHeld, secondFactors } from '../core/assurance/index.ts'
import type { FactorStore } from '../core/factors/index.ts'
import type { Passkey, PasskeyStore } from '../core/passkeys/index.ts'
import { minutes, plus } from '../kernel/clock.ts'
import { anInstant, aPasskey, aTotpEnrolment } from './records.ts'
import { someRecoveryCodeHashes } from './recovery-codes.contract.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const later = plus(start, minutes(5))
const rounds = 16

/**
 * What a {@link PasskeyStore} and a {@link FactorStore} must do together: which second factor is the last is a
 * question to both. A part of `passkeyStoreContract`.
 */
export function lastFactorContract(
  name: string,
  open: () => Promise<{
    store: PasskeyStore
    factors: FactorStore
    newAccount: () => Promise<AccountId>
  }>,
): void {
  let store: PasskeyStore
  let factors: FactorStore
  let newAccount: () => Promise<AccountId>
  let owner: AccountId

  const havePasskey = async (accountId = owner): Promise<Passkey> => {
    const passkey = aPasskey(accountId)
    expect(await store.insert(passkey, 20)).toBe('inserted')
    return passkey
  }

  const haveApp = async (accountId = owner): Promise<string> => {
    const enrolment = aTotpEnrolment(accountId)
    await factors.startTotp(enrolment)
    expect(await factors.confirmTotp(accountId, enrolment.id, 100, later, false)).toBe(true)
    return enrolment.id
  }

  const haveCodes = (accountId = owner) =>
    factors.replaceRecoveryCodes(accountId, someRecoveryCodeHashes(10), start)

  const inTurn = async (round: (owner: AccountId) => Promise<void>) => {
    for (let at = 0; at < rounds; at++) await round(await newAccount())
  }

  describe(`passkey store contract, the last second factor: ${name}`, () => {
    beforeEach(async () => {
      const opened = await open()
      store = opened.store
      factors = opened.factors
      newAccount = opened.newAccount
      owner = await newAccount()
    })

    it('stays where one must: a passkey that is alone', async () => {
      const passkey = await havePasskey()
      await haveCodes()
      // Of another account, and so no reason to let this one go.
      const other = await newAccount()
      await haveApp(other)
      await havePasskey(other)
      expect(await store.remove(owner, passkey.id, true)).toBe(false)
      expect(await store.list(owner)).toEqual([passkey])
      expect(await factors.countRecoveryCodes(owner)).toBe(10)
    })

    it('may be any of those that are left', async () => {
      const [first, second] = [await havePasskey(), await havePasskey()]
      expect(await store.remove(owner, first.id, true)).toBe(true)
      expect(await store.remove(owner, second.id, true)).toBe(false)
      await haveApp()
      expect(await store.remove(owner, second.id, true)).toBe(true)
      expect(await factors.removeTotp(owner, true)).toBe(false)
      await havePasskey()
      expect(await factors.removeTotp(owner, true)).toBe(true)
    })

    it('is no app that is still being set up', async () => {
      const passkey = await havePasskey()
      await factors.startTotp(aTotpEnrolment(owner))
      expect(await store.remove(owner, passkey.id, true)).toBe(false)
      expect(await store.list(owner)).toEqual([passkey])
    })

    it('is an app that is disabled, too', async () => {
      const [passkey, app] = [await havePasskey(), await haveApp()]
      await factors.recordFailure(owner, app as never, later, 1)
      expect(await store.remove(owner, passkey.id, true)).toBe(true)
      expect(await factors.removeTotp(owner, true)).toBe(false)
    })

    it('stays when two passkeys are removed in parallel, each for the last but one', async () => {
      await inTurn(async (owner) => {
        const [first, second] = [await havePasskey(owner), await havePasskey(owner)]
        await haveCodes(owner)
        const told = await Promise.all([
          store.remove(owner, first.id, true),
          store.remove(owner, second.id, true),
        ])
        expect(told.toSorted()).toEqual([false, true])
        expect(await store.list(owner)).toEqual([told[0] ? second : first])
        expect(await factors.countRecoveryCodes(owner)).toBe(10)
      })
    })

    it('stays when a passkey and the app are removed in parallel', async () => {
      await inTurn(async (owner) => {
        const [passkey] = [await havePasskey(owner), await haveApp(owner)]
        await haveCodes(owner)
        const told = await Promise.all([
          store.remove(owner, passkey.id, true),
          factors.removeTotp(owner, true),
        ])
        expect(told.toSorted()).toEqual([false, true])
        expect(secondFactors(await factors.heldBy(owner))).toBe(1)
        expect(await factors.countRecoveryCodes(owner)).toBe(10)
      })
    })

    it('stays when 16 passkeys and the app are removed in parallel', async () => {
      const passkeys: Passkey[] = []
      for (let at = 0; at < 16; at++) passkeys.push(await havePasskey())
      await haveApp()
      const told = await Promise.all([
        ...passkeys.map(({ id }) => store.remove(owner, id, true)),
        factors.removeTotp(owner, true),
      ])
      expect(told.filter(Boolean)).toHaveLength(16)
      expect(secondFactors(await factors.heldBy(owner))).toBe(1)
    })

    it('takes the recovery codes along, and none before it does', async () => {
      const [first, second] = [await havePasskey(), await havePasskey()]
      await haveApp()
      await haveCodes()
      const other = await newAccount()
      await havePasskey(other)
      await haveCodes(other)
      expect(await store.remove(owner, first.id, false)).toBe(true)
      expect(await factors.countRecoveryCodes(owner)).toBe(10)
      expect(await factors.removeTotp(owner, false)).toBe(true)
      expect(await factors.countRecoveryCodes(owner)).toBe(10)
      expect(await store.remove(owner, second.id, false)).toBe(true)
      expect(await factors.heldBy(owner)).toEqual(nothingHeld)
      expect(await factors.recoveryCodesMadeAt(owner)).toBeUndefined()
      expect(await factors.countRecoveryCodes(other)).toBe(10)
    })

    it('takes the recovery codes along also where it goes in parallel with the last but one', async () => {
      await inTurn(async (owner) => {
        const [passkey] = [await havePasskey(owner), await haveApp(owner)]
        await haveCodes(owner)
        const told = await Promise.all([
          store.remove(owner, passkey.id, false),
          factors.removeTotp(owner, false),
        ])
        expect(told).toEqual([true, true])
        expect(await factors.heldBy(owner)).toEqual(nothingHeld)
      })
    })

    it('leaves its recovery codes whole or not at all, where others are made meanwhile', async () => {
      await inTurn(async (owner) => {
        const passkey = await havePasskey(owner)
        await haveCodes(owner)
        await Promise.all([store.remove(owner, passkey.id, false), haveCodes(owner)])
        expect([0, 10]).toContain(await factors.countRecoveryCodes(owner))
        expect(await store.list(owner)).toEqual([])
      })
    })
  })
}
