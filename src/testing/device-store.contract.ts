import { beforeEach, describe, expect, it } from 'vitest'
import type { AccountId } from '../core/accounts/index.ts'
import type { DeviceId, DeviceStore, TrustedDevice } from '../core/devices/index.ts'
import type { Instant } from '../kernel/clock.ts'
import { anInstant, aTokenHash, aTrustedDevice } from './records.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const later = anInstant('2030-01-10T00:00:00Z')
const end = anInstant('2030-01-31T00:00:00Z')
const justBefore = anInstant('2030-01-30T23:59:59.999Z')
const epoch = 3
const most = 20

const at = (count: number) => (start + count) as Instant
const idsOf = (devices: readonly TrustedDevice[]) => devices.map(({ id }) => id)

/** What every {@link DeviceStore} must do. `open` also gives ids of accounts that exist. */
export function deviceStoreContract(
  name: string,
  open: () => Promise<{ store: DeviceStore; newAccount: () => Promise<AccountId> }>,
): void {
  let store: DeviceStore
  let owner: AccountId
  let other: AccountId

  const added = async (over: Partial<TrustedDevice> = {}, accountId = owner) => {
    const device = aTrustedDevice(accountId, over)
    await store.insert(device, most)
    return device
  }

  describe(`device store contract: ${name}`, () => {
    beforeEach(async () => {
      const opened = await open()
      store = opened.store
      owner = await opened.newAccount()
      other = await opened.newAccount()
    })

    it('gives a device back as it was added, to the account that trusts it and to no other', async () => {
      const device = await added({ agent: 'Zoë’s browser ✓', address: '', seenAt: at(1) })
      expect(await store.list(owner, epoch, start)).toEqual([device])
      expect(await store.list(other, epoch, start)).toEqual([])
    })

    it('trusts a device for its account, in its epoch, until the very instant when that ends', async () => {
      const { tokenHash } = await added()
      expect(await store.use(tokenHash, owner, epoch, start)).toBe(true)
      expect(await store.use(tokenHash, other, epoch, start)).toBe(false)
      expect(await store.use(tokenHash, owner, epoch - 1, start)).toBe(false)
      expect(await store.use(tokenHash, owner, epoch + 1, start)).toBe(false)
      expect(await store.use(aTokenHash(), owner, epoch, start)).toBe(false)
      expect(await store.use(tokenHash, owner, epoch, justBefore)).toBe(true)
      expect(await store.use(tokenHash, owner, epoch, end)).toBe(false)
    })

    it('notes when a device was used, and that it was not where it is not trusted', async () => {
      const device = await added()
      expect(await store.use(device.tokenHash, other, epoch, later)).toBe(false)
      expect(await store.use(device.tokenHash, owner, epoch + 1, later)).toBe(false)
      expect(await store.list(owner, epoch, later)).toEqual([device])
      expect(await store.use(device.tokenHash, owner, epoch, later)).toBe(true)
      expect(await store.list(owner, epoch, later)).toEqual([{ ...device, seenAt: later }])
    })

    it('trusts a device as often as it is used, by 16 in parallel too', async () => {
      const { tokenHash } = await added()
      const told = await Promise.all(
        Array.from({ length: 16 }, () => store.use(tokenHash, owner, epoch, later)),
      )
      expect(told).not.toContain(false)
    })

    it('lists those that are trusted now, the last used first', async () => {
      const [second, third, first] = [
        await added({ seenAt: at(2) }),
        await added({ seenAt: at(1) }),
        await added({ seenAt: at(3) }),
      ]
      await added({ epoch: epoch - 1 })
      await added({ expiresAt: later })
      await added({}, other)
      expect(await store.list(owner, epoch, later)).toEqual([first, second, third])
      await store.use(third.tokenHash, owner, epoch, later)
      expect(idsOf(await store.list(owner, epoch, later))).toEqual(idsOf([third, first, second]))
      expect(await store.list(owner, epoch, end)).toEqual([])
    })

    it('makes room by removing those of the account that were used longest ago', async () => {
      const theirs = await added({}, other)
      const [oldest, used, young] = [
        await added({ seenAt: at(1) }),
        await added({ seenAt: at(2) }),
        await added({ seenAt: at(3) }),
      ]
      await store.use(oldest.tokenHash, owner, epoch, at(9))
      const last = aTrustedDevice(owner, { seenAt: at(10) })
      await store.insert(last, 3)
      const left = idsOf(await store.list(owner, epoch, later))
      expect(left).toEqual(idsOf([last, oldest, young]))
      expect(await store.use(used.tokenHash, owner, epoch, later)).toBe(false)
      expect(await store.list(other, epoch, later)).toEqual([theirs])
    })

    it('keeps the device that it adds, also where all others seem to have been used later', async () => {
      for (let n = 1; n <= 3; n++) await added({ seenAt: at(n) })
      const last = aTrustedDevice(owner)
      await store.insert(last, 1)
      expect(await store.list(owner, epoch, later)).toEqual([last])
    })

    it('keeps no more than it may where 16 are added in parallel', async () => {
      const devices = Array.from({ length: 16 }, (_, n) => aTrustedDevice(owner, { seenAt: at(n) }))
      await Promise.all(devices.map((one) => store.insert(one, 4)))
      const left = await store.list(owner, epoch, later)
      expect(left).toHaveLength(4)
      expect(idsOf(devices)).toEqual(expect.arrayContaining(idsOf(left)))
    })

    it('removes a device for its account alone, and tells one of 16 parallel callers', async () => {
      const [device, beside] = [await added(), await added()]
      expect(await store.remove(other, device.id)).toBe(false)
      expect(await store.remove(owner, 'dv_none' as DeviceId)).toBe(false)
      expect(await store.use(device.tokenHash, owner, epoch, start)).toBe(true)
      const told = await Promise.all(
        Array.from({ length: 16 }, () => store.remove(owner, device.id)),
      )
      expect(told.filter(Boolean)).toHaveLength(1)
      expect(await store.use(device.tokenHash, owner, epoch, start)).toBe(false)
      expect(await store.list(owner, epoch, start)).toEqual([beside])
    })

    it('sweeps what has expired, a batch at a time, and nothing else', async () => {
      for (let n = 0; n < 3; n++) await added({ expiresAt: later })
      const living = await added()
      expect(await store.sweep((later - 1) as Instant, 100)).toBe(0)
      expect(await store.sweep(later, 2)).toBe(2)
      expect(await store.sweep(later, 2)).toBe(1)
      expect(await store.sweep(later, 2)).toBe(0)
      expect(await store.list(owner, epoch, start)).toEqual([living])
    })
  })
}
