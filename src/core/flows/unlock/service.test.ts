import { describe, expect, it } from 'vitest'
import { minutes } from '../../../kernel/clock.ts'
import { KeyRing } from '../../../kernel/key-ring.ts'
import { Secret } from '../../../kernel/secret.ts'
import { FailureCounts } from '../../../testing/doubles/failure-counts.ts'
import { limitsOf } from '../../../testing/doubles/limits.ts'
import { MemoryAuditStore } from '../../../testing/doubles/memory-audit.ts'
import { plainUnit } from '../../../testing/doubles/ports.ts'
import { anAccount } from '../../../testing/records.ts'
import { Audit, type AuditDetails, type AuditEntry } from '../../audit/index.ts'
import { Unlock } from './service.ts'

const ann = anAccount({ address: 'ann@example.com' })
const email = ann.canonicalEmail
const stranger = { actor: 'stranger', subject: ann.id } as const

/** An account at which so many wrong passwords were tried. */
function unlockOf(failures = 0) {
  const [opened, passwords, store] = [
    limitsOf(),
    new FailureCounts(failures),
    new MemoryAuditStore(),
  ]
  const { limits, clock } = opened
  let client: AuditEntry['client'] = { agent: '', address: '' }
  const audit = new Audit({
    store,
    unitOfWork: plainUnit,
    keys: new KeyRing([new Secret('a-master-key-of-some-length')]),
    clock,
    client: () => client,
    told: () => undefined,
  })
  const unlock = new Unlock({
    accounts: { findById: async (id) => (id === ann.id ? ann : undefined) },
    passwords: passwords.service,
    limits,
    unitOfWork: plainUnit,
    audit,
    clock,
    networkOf: (address) => `network of ${address}`,
  })
  /** Tries until nothing is left, and has it written down as a sign-in does, or as `noted`. */
  const lockOut = async (
    address: string,
    device?: string,
    noted: keyof AuditDetails = 'login.refused',
  ) => {
    const origin = { network: `network of ${address}`, device }
    await opened.guess(origin, 5)
    client = { agent: '', address }
    const named = limits.knownDevice(email, origin)
    const known = named === undefined ? {} : { device: named }
    await audit.record(noted, stranger, { cause: 'wrong_password', ...known } as never)
    return async () => (await limits.guess('password', email, origin)).kind === 'limited'
  }
  return { unlock, lockOut, audit, store, passwords, clock, knownTo: opened.knownTo }
}

describe('an account that is unlocked', () => {
  it('has no failures left, whose number is told and written down as an operator’s doing', async () => {
    const { unlock, store, passwords } = unlockOf(100)
    expect(await unlock.unlock(ann.id)).toBe(100)
    expect(passwords.count).toBe(0)
    const about = { actor: 'operator', subject: ann.id }
    const details = { failures: 100 }
    expect(store.entries).toMatchObject([{ type: 'account.unlocked', ...about, details }])
    expect(await unlock.unlock(ann.id)).toBe(0)
  })

  it('can be tried again from every network that it was tried from in the last day', async () => {
    const { unlock, lockOut, clock } = unlockOf()
    const early = await lockOut('192.0.2.1')
    clock.advance(minutes(5))
    const late = await lockOut('2001:db8::1')
    expect([await early(), await late()]).toEqual([true, true])
    await unlock.unlock(ann.id)
    expect([await early(), await late()]).toEqual([false, false])
  })

  it.each([
    'login.refused',
    'limit.reached',
    'confirmation.refused',
    'password.change_refused',
  ] as const)('can be tried again wherever its password was asked for: %s', async (noted) => {
    const { unlock, lockOut } = unlockOf()
    const isLimited = await lockOut('192.0.2.1', undefined, noted)
    await unlock.unlock(ann.id)
    expect(await isLimited()).toBe(false)
  })

  it.each(['login.refused', 'limit.reached'] as const)(
    'can be tried again on the devices of its owner: %s',
    async (noted) => {
      const { unlock, lockOut, knownTo } = unlockOf()
      const isLimited = await lockOut('192.0.2.1', knownTo(email), noted)
      expect(await isLimited()).toBe(true)
      await unlock.unlock(ann.id)
      expect(await isLimited()).toBe(false)
    },
  )

  it('can be tried again by everybody, where it was tried from too many places', async () => {
    const { unlock, lockOut } = unlockOf()
    for (let at = 0; at < 6; at++) await lockOut(`192.0.2.${at}`)
    await expect(lockOut('198.51.100.7')).rejects.toThrow('password_account')
    await unlock.unlock(ann.id)
    await lockOut('198.51.100.7')
  })

  it('is the only one: nothing is done where there is none', async () => {
    const { unlock, store, passwords } = unlockOf(7)
    expect(await unlock.unlock(anAccount().id)).toBeUndefined()
    expect(store.entries).toEqual([])
    expect(passwords.count).toBe(7)
  })
})
