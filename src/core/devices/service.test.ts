import { describe, expect, it } from 'vitest'
import { type Duration, milliseconds, minutes, plus } from '../../kernel/clock.ts'
import { systemRandom } from '../../kernel/random.ts'
import { Secret } from '../../kernel/secret.ts'
import { hashOfToken, mintToken } from '../../kernel/token.ts'
import { FakeClock } from '../../testing/clock.ts'
import { anAccount } from '../../testing/records.ts'
import type { AccountId } from '../accounts/index.ts'
import type { DeviceId, TrustedDevice } from './device.ts'
import { TrustedDevices } from './service.ts'
import type { DeviceStore } from './store.ts'

const day = minutes(24 * 60)
const month = (30 * day) as Duration
const browser = { agent: 'Mozilla/5.0', address: '192.0.2.1' }

/** Trusted devices over a store of one list, as its promises say. */
function devicesFor(lifetime: Duration = month) {
  const kept: TrustedDevice[] = []
  const asked: string[] = []
  let swept = 0
  const isLive = (one: TrustedDevice, owner: AccountId, epoch: number, now: number) =>
    one.accountId === owner && one.epoch === epoch && one.expiresAt > now
  const store: DeviceStore = {
    insert: async (device, most) => {
      asked.push(`insert up to ${most}`)
      kept.push(device)
    },
    use: async (hash, owner, epoch, now) => {
      asked.push('use')
      return kept.some((one) => one.tokenHash === hash && isLive(one, owner, epoch, now))
    },
    list: async (owner, epoch, now) => {
      asked.push('list')
      return kept.filter((one) => isLive(one, owner, epoch, now))
    },
    remove: async (owner, id) => {
      const at = kept.findIndex((one) => one.id === id && one.accountId === owner)
      if (at >= 0) kept.splice(at, 1)
      return at >= 0
    },
    sweep: async (_, limit) => {
      swept += 1
      return swept < 3 ? limit : 1
    },
  }
  const clock = new FakeClock()
  const devices = new TrustedDevices({ store, clock, random: systemRandom, lifetime })
  return { devices, clock, kept, asked, sweeps: () => swept }
}

const ann = anAccount({ epoch: 4 })
const bob = anAccount({ epoch: 4 })

describe('a device that an account trusts', () => {
  it('is known by a token of which only the hash is kept', async () => {
    const { devices, kept, clock } = devicesFor()
    const token = (await devices.trust(ann, browser)) as Secret
    expect(kept).toEqual([
      {
        id: expect.stringMatching(/^dv_[\w-]{22}$/),
        tokenHash: hashOfToken('device', token.expose()),
        accountId: ann.id,
        epoch: 4,
        ...browser,
        createdAt: clock.now(),
        seenAt: clock.now(),
        expiresAt: plus(clock.now(), month),
      },
    ])
    expect(JSON.stringify(kept)).not.toContain(token.expose())
    expect(await devices.isTrusted(ann, token)).toBe(true)
  })

  it('has a token of its own each time', async () => {
    const { devices, kept } = devicesFor()
    const tokens = [await devices.trust(ann, browser), await devices.trust(ann, browser)]
    expect(new Set(tokens.map((token) => token?.expose())).size).toBe(2)
    expect(new Set(kept.map(({ id }) => id)).size).toBe(2)
  })

  it('is trusted by that account alone', async () => {
    const { devices } = devicesFor()
    const token = await devices.trust(ann, browser)
    expect(await devices.isTrusted(bob, token)).toBe(false)
    expect(await devices.list(bob, token)).toEqual([])
  })

  it('is not trusted any more once a new epoch has begun, or not yet', async () => {
    const { devices } = devicesFor()
    const token = await devices.trust(ann, browser)
    for (const epoch of [3, 5]) {
      expect(await devices.isTrusted({ ...ann, epoch }, token)).toBe(false)
      expect(await devices.list({ ...ann, epoch }, token)).toEqual([])
    }
  })

  it('is trusted to the millisecond before its time is over', async () => {
    const { devices, clock } = devicesFor()
    const token = await devices.trust(ann, browser)
    clock.advance(month - 1)
    expect(await devices.isTrusted(ann, token)).toBe(true)
    clock.advance(1)
    expect(await devices.isTrusted(ann, token)).toBe(false)
    expect(await devices.list(ann, token)).toEqual([])
  })

  it('is not what has no token, or one of another kind, and then nobody is asked', async () => {
    const { devices, asked } = devicesFor()
    const token = await devices.trust(ann, browser)
    asked.length = 0
    const others = [
      undefined,
      new Secret(''),
      new Secret('nonsense'),
      new Secret(`${token?.expose()}A`),
      mintToken('session', systemRandom),
      mintToken('pending', systemRandom),
    ]
    for (const other of others) expect(await devices.isTrusted(ann, other)).toBe(false)
    expect(asked).toEqual([])
    expect(await devices.isTrusted(ann, mintToken('device', systemRandom))).toBe(false)
  })

  it('says which one of the list is asking', async () => {
    const { devices } = devicesFor()
    const [first, second] = [await devices.trust(ann, browser), await devices.trust(ann, browser)]
    const current = async (token?: Secret) =>
      (await devices.list(ann, token)).map(({ isCurrent }) => isCurrent)
    expect(await current(first)).toEqual([true, false])
    expect(await current(second)).toEqual([false, true])
    expect(await current()).toEqual([false, false])
    expect(await current(new Secret('nonsense'))).toEqual([false, false])
  })

  it('is removed by its account alone', async () => {
    const { devices, kept } = devicesFor()
    const token = await devices.trust(ann, browser)
    const id = kept[0]?.id as DeviceId
    expect(await devices.remove(bob.id, id)).toBe(false)
    expect(await devices.isTrusted(ann, token)).toBe(true)
    expect(await devices.remove(ann.id, id)).toBe(true)
    expect(await devices.isTrusted(ann, token)).toBe(false)
  })

  it('keeps no more of what a client says than anybody reads, and only Unicode', async () => {
    const { devices, kept, asked } = devicesFor()
    await devices.trust(ann, { agent: `\ud83d${'a'.repeat(10_000)}`, address: '1'.repeat(1000) })
    expect(kept[0]?.agent).toBe(`\ufffd${'a'.repeat(299)}`)
    expect(kept[0]?.address).toHaveLength(64)
    expect(asked).toEqual(['insert up to 20'])
  })
})

describe('where no device is to be trusted', () => {
  it('none is, also not one that was before', async () => {
    const before = devicesFor()
    const token = await before.devices.trust(ann, browser)
    const { devices, kept, asked } = devicesFor(milliseconds(0))
    kept.push(...before.kept)
    expect(devices.lifetime).toBe(0)
    expect(await devices.trust(ann, browser)).toBeUndefined()
    expect(await devices.isTrusted(ann, token)).toBe(false)
    expect(await devices.list(ann, token)).toEqual([])
    expect(asked).toEqual([])
  })
})

describe('housekeeping', () => {
  it('sweeps batch after batch until one is not full', async () => {
    const { devices, sweeps } = devicesFor()
    await devices.sweep()
    expect(sweeps()).toBe(3)
  })
})
