import { beforeEach, describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import { nothingHeld } from '../core/assurance/index.ts'
import type { FactorId, FactorStore, TotpEnrolment, TotpFactor } from '../core/factors/index.ts'
import type { PasskeyStore } from '../core/passkeys/index.ts'
import { type Instant, minutes, plus } from '../kernel/clock.ts'
import { anInstant, aPasskey, aTotpEnrolment } from './records.ts'
import { recoveryCodesContract, someRecoveryCodeHashes } from './recovery-codes.contract.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const end = plus(start, minutes(15))
const later = plus(start, minutes(5))
const none = { confirmed: undefined, enrolment: undefined }

function confirmedFrom(enrolment: TotpEnrolment, lastStep: number): TotpFactor {
  const { expiresAt: _, ...rest } = enrolment
  return { ...rest, confirmedAt: later, lastStep, failures: 0, disabledAt: undefined }
}

/** What every {@link FactorStore} must do. `open` also gives the passkeys beside it, and ids of accounts that exist. */
export function factorStoreContract(
  name: string,
  open: () => Promise<{
    store: FactorStore
    passkeys: PasskeyStore
    newAccount: () => Promise<AccountId>
  }>,
): void {
  recoveryCodesContract(name, open)

  let store: FactorStore
  let passkeys: PasskeyStore
  let owner: AccountId
  let other: AccountId

  const enrolled = async (accountId: AccountId = owner) => {
    const enrolment = aTotpEnrolment(accountId)
    await store.startTotp(enrolment)
    return enrolment
  }

  const confirmed = async (step = 100, accountId: AccountId = owner) => {
    const enrolment = await enrolled(accountId)
    expect(await store.confirmTotp(accountId, enrolment.id, step, later, false)).toBe(true)
    return confirmedFrom(enrolment, step)
  }

  const inParallel = <Result>(count: number, call: (at: number) => Promise<Result>) =>
    Promise.all(Array.from({ length: count }, (_, at) => call(at)))

  describe(`factor store contract: ${name}`, () => {
    beforeEach(async () => {
      const opened = await open()
      store = opened.store
      passkeys = opened.passkeys
      owner = await opened.newAccount()
      other = await opened.newAccount()
    })

    describe('an enrolment', () => {
      it('is given back as it was added, to its owner and nobody else, and needs nothing yet', async () => {
        const enrolment = await enrolled()
        expect(await store.findTotp(owner)).toEqual({ ...none, enrolment })
        expect(await store.findTotp(other)).toEqual(none)
        expect((await store.heldBy(owner)).app).toBeUndefined()
      })

      it('takes the place of an earlier one, and of no app that is confirmed', async () => {
        const first = aTotpEnrolment(owner)
        expect(await store.startTotp(first)).toBe('alone')
        const second = aTotpEnrolment(owner)
        expect(await store.startTotp(second)).toBe('alone')
        expect(await store.findTotp(owner)).toEqual({ ...none, enrolment: second })
        expect(await store.confirmTotp(owner, first.id, 1, later, true)).toBe(false)
        expect(await store.confirmTotp(owner, second.id, 1, later, false)).toBe(true)

        const third = aTotpEnrolment(owner)
        expect(await store.startTotp(third)).toBe('beside_confirmed')
        const app = confirmedFrom(second, 1)
        expect(await store.findTotp(owner)).toEqual({ confirmed: app, enrolment: third })
      })

      it('is left whole, and alone, where 16 are begun in parallel', async () => {
        const enrolments = Array.from({ length: 16 }, () => aTotpEnrolment(owner))
        await Promise.all(enrolments.map((one) => store.startTotp(one)))
        const { enrolment } = await store.findTotp(owner)
        expect(enrolments).toContainEqual(enrolment)
      })

      it('is confirmed for one of 16 parallel callers, with its step spent', async () => {
        const enrolment = await enrolled()
        const told = await inParallel(16, () =>
          store.confirmTotp(owner, enrolment.id, 100, later, true),
        )
        expect(told.filter(Boolean)).toHaveLength(1)
        const app = confirmedFrom(enrolment, 100)
        expect(await store.findTotp(owner)).toEqual({ ...none, confirmed: app })
        expect(await store.spendStep(owner, enrolment.id, 100)).toBe(false)
      })

      it('is confirmed until it expires, to the instant, and by its owner alone', async () => {
        const { id } = await enrolled()
        expect(await store.confirmTotp(owner, id, 1, end, false)).toBe(false)
        expect(await store.confirmTotp(other, id, 1, later, false)).toBe(false)
        expect(await store.confirmTotp(owner, id, 1, (end - 1) as Instant, false)).toBe(true)
      })

      it('takes the place of an app only where that is asked for, and begins with no failures', async () => {
        const app = await confirmed()
        for (let at = 0; at < 3; at++) await store.recordFailure(owner, app.id, later, 3)
        const next = await enrolled()
        expect(await store.confirmTotp(owner, next.id, 7, later, false)).toBe(false)
        expect((await store.findTotp(owner)).confirmed?.id).toBe(app.id)
        expect(await store.confirmTotp(owner, next.id, 7, later, true)).toBe(true)
        expect(await store.findTotp(owner)).toEqual({ ...none, confirmed: confirmedFrom(next, 7) })
        expect(await store.spendStep(owner, app.id, 200)).toBe(false)
      })

      it('has no steps to spend, and no failures to count', async () => {
        const { id } = await enrolled()
        expect(await store.spendStep(owner, id, 1)).toBe(false)
        expect(await store.recordFailure(owner, id, later, 3)).toBeUndefined()
      })
    })

    describe('a step', () => {
      it('is spent for one of 50 parallel callers', async () => {
        const { id } = await confirmed()
        const told = await inParallel(50, () => store.spendStep(owner, id, 101))
        expect(told.filter(Boolean)).toHaveLength(1)
        expect((await store.findTotp(owner)).confirmed?.lastStep).toBe(101)
      })

      it('is spent with all before it', async () => {
        const { id } = await confirmed(100)
        expect(await store.spendStep(owner, id, 103)).toBe(true)
        for (const step of [0, 99, 100, 102, 103]) {
          expect(await store.spendStep(owner, id, step)).toBe(false)
        }
        expect(await store.spendStep(owner, id, 104)).toBe(true)
      })

      it('rises whatever the order in which 16 different ones arrive', async () => {
        const { id } = await confirmed(100)
        const steps = [9, 3, 14, 1, 16, 8, 2, 11, 5, 13, 7, 15, 4, 12, 6, 10].map((n) => 100 + n)
        await Promise.all(steps.map((step) => store.spendStep(owner, id, step)))
        expect((await store.findTotp(owner)).confirmed?.lastStep).toBe(116)
      })

      it('is the owner’s, of that app alone', async () => {
        const { id } = await confirmed()
        const theirs = await confirmed(100, other)
        expect(await store.spendStep(other, id, 101)).toBe(false)
        expect(await store.spendStep(owner, theirs.id, 101)).toBe(false)
        expect((await store.findTotp(other)).confirmed).toEqual(theirs)
      })
    })

    describe('failures', () => {
      it('are counted one by one for 16 parallel callers, and disable the app at the cap', async () => {
        const { id } = await confirmed()
        const told = await inParallel(16, () => store.recordFailure(owner, id, later, 10))
        const inOrder = told
          .map((one) => [one?.failures, one?.isDisabled])
          .sort(([a], [b]) => Number(a) - Number(b))
        expect(inOrder).toEqual(Array.from({ length: 16 }, (_, at) => [at + 1, at + 1 >= 10]))
        const app = (await store.findTotp(owner)).confirmed
        expect(app).toMatchObject({ failures: 16, disabledAt: later })
      })

      it('are forgotten when a step is spent', async () => {
        const { id } = await confirmed()
        for (let at = 0; at < 2; at++) await store.recordFailure(owner, id, later, 3)
        expect(await store.spendStep(owner, id, 101)).toBe(true)
        const told = await store.recordFailure(owner, id, later, 3)
        expect(told).toEqual({ failures: 1, isDisabled: false })
      })

      it('leave a disabled app disabled since the first time, and let no step be spent', async () => {
        const { id } = await confirmed()
        await store.recordFailure(owner, id, later, 1)
        await store.recordFailure(owner, id, end, 1)
        expect((await store.findTotp(owner)).confirmed?.disabledAt).toBe(later)
        expect(await store.spendStep(owner, id, 101)).toBe(false)
      })

      it('are of the owner’s app and of no other', async () => {
        const { id } = await confirmed()
        expect(await store.recordFailure(other, id, later, 3)).toBeUndefined()
        expect(await store.recordFailure(owner, 'none' as FactorId, later, 3)).toBeUndefined()
        expect((await store.findTotp(owner)).confirmed?.failures).toBe(0)
      })
    })

    it('replaces a sealed secret for one of 16 parallel callers, where it is still the former', async () => {
      const { id, sealed } = await confirmed()
      const told = await inParallel(16, (at) => store.resealTotp(id, sealed, `anew ${at}`))
      expect(told.filter(Boolean)).toHaveLength(1)
      const anew = `anew ${told.indexOf(true)}`
      expect((await store.findTotp(owner)).confirmed?.sealed).toBe(anew)
    })

    it('removes an app with its enrolment and recovery codes, and no one else’s', async () => {
      const theirs = await confirmed(100, other)
      await store.replaceRecoveryCodes(other, someRecoveryCodeHashes(10), start)
      await confirmed()
      await enrolled()
      await store.replaceRecoveryCodes(owner, someRecoveryCodeHashes(10), start)
      expect(await store.removeTotp(owner, false)).toBe(true)
      expect(await store.removeTotp(owner, false)).toBe(false)
      expect(await store.findTotp(owner)).toEqual(none)
      expect(await store.countRecoveryCodes(owner)).toBe(0)
      expect(await store.findTotp(other)).toEqual({ ...none, confirmed: theirs })
      expect(await store.countRecoveryCodes(other)).toBe(10)

      await enrolled()
      expect(await store.removeTotp(owner, false)).toBe(false)
      expect(await store.findTotp(owner)).toEqual(none)
    })

    it('removes no app that is the last second factor, where one must stay', async () => {
      const app = await confirmed()
      await store.replaceRecoveryCodes(owner, someRecoveryCodeHashes(10), start)
      expect(await store.removeTotp(owner, true)).toBe(false)
      expect(await store.findTotp(owner)).toEqual({ ...none, confirmed: app })
      expect(await store.countRecoveryCodes(owner)).toBe(10)
    })

    it('tells what an account holds as it is at every moment', async () => {
      const held = () => store.heldBy(owner)
      expect(await held()).toEqual(nothingHeld)
      const { id } = await confirmed()
      const app = { id, isDisabled: false }
      expect(await held()).toEqual({ ...nothingHeld, app })
      const hashes = someRecoveryCodeHashes(10)
      expect(await store.recoveryCodesMadeAt(owner)).toBeUndefined()
      await store.replaceRecoveryCodes(owner, hashes, start)
      expect(await store.recoveryCodesMadeAt(owner)).toBe(start)
      expect(await held()).toEqual({ ...nothingHeld, app, recoveryCodes: 10 })
      await store.spendRecoveryCode(owner, hashes.slice(0, 1), later)
      expect(await held()).toEqual({ ...nothingHeld, app, recoveryCodes: 9 })
      await store.recordFailure(owner, id, later, 1)
      const disabled = { id, isDisabled: true }
      expect(await held()).toEqual({ ...nothingHeld, app: disabled, recoveryCodes: 9 })
      expect(await store.heldBy(other)).toEqual(nothingHeld)
      expect(await store.heldBy('nobody' as AccountId)).toEqual(nothingHeld)
      await store.removeTotp(owner, false)
      expect(await held()).toEqual(nothingHeld)
    })

    it('tells of passkeys by their ids, beside an app or without one, as they come and go', async () => {
      const ids = async () => (await store.heldBy(owner)).passkeys.toSorted()
      const [first, second] = [aPasskey(owner), aPasskey(owner)]
      await passkeys.insert(first, 20)
      expect(await store.heldBy(owner)).toEqual({ ...nothingHeld, passkeys: [first.id] })
      await passkeys.insert(second, 20)
      expect(await ids()).toEqual([first.id, second.id].toSorted())
      const { id } = await confirmed()
      expect((await store.heldBy(owner)).app).toEqual({ id, isDisabled: false })
      await passkeys.remove(owner, first.id, true)
      expect(await ids()).toEqual([second.id])
      expect(await store.heldBy(other)).toEqual(nothingHeld)
      await passkeys.remove(owner, second.id, true)
      expect(await store.heldBy(owner)).toEqual({ ...nothingHeld, app: { id, isDisabled: false } })
    })
  })
}
