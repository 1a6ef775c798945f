import { describe, expect, it } from 'vitest'
import { Secret } from '../../../kernel/secret.ts'
import { FakeClock } from '../../../testing/clock.ts'
import { FailureCounts } from '../../../testing/doubles/failure-counts.ts'
import { limitsOf } from '../../../testing/doubles/limits.ts'
import { allLimited, NotedAudit, nowhere, plainUnit } from '../../../testing/doubles/ports.ts'
import { anAccount, aSession } from '../../../testing/records.ts'
import type { PasswordHash, Passwords } from '../../passwords/index.ts'
import type { Sessions } from '../../sessions/index.ts'
import { PasswordChange } from './index.ts'

const ann = anAccount({ address: 'ann@example.com' })
const session = aSession(ann)
const about = { subject: ann.id, session: session.id }
const stored = { hash: '$old' as PasswordHash, normalForm: 'nfc' } as const

/** A change of the password `right`, of an account that has failed so often. */
function changeOf({ failures = 0, isLimited = false } = {}) {
  const [audit, counts, told] = [new NotedAudit(), new FailureCounts(failures), [] as unknown[]]
  const { limits, knownTo } = limitsOf()
  const hashed: string[] = []
  const passwords: Pick<
    Passwords,
    'check' | 'verify' | 'hash' | 'replace' | 'failed' | 'succeeded'
  > = {
    check: async () => [],
    verify: async (_, password) => {
      hashed.push(password.expose())
      return { matches: password.expose() === 'right', hash: stored.hash, needsRehash: false }
    },
    hash: async () => stored,
    replace: async () => true,
    failed: (owner) => counts.service.failed(owner),
    succeeded: (...given) => counts.service.succeeded(...given),
  }
  const flow = new PasswordChange({
    accounts: {
      findById: async () => ann,
      startEpoch: async () => ({ ...ann, epoch: ann.epoch + 1 }),
    },
    passwords: passwords as Passwords,
    sessions: {
      renew: async () => ({ session, token: new Secret('next') }),
    } as unknown as Sessions,
    stepUp: { due: async () => undefined },
    unitOfWork: plainUnit,
    limits: isLimited ? { guess: async () => allLimited, isKnown: () => false } : limits,
    limitReached: async (...given) => void told.push(given),
    audit,
    clock: new FakeClock(),
  })
  const change = (current: string, device?: string) =>
    flow.change({
      actor: { accountId: ann.id, session },
      presented: { kind: 'session', value: new Secret('token') },
      currentPassword: new Secret(current),
      newPassword: new Secret('seven copper kettles sing'),
      origin: { ...nowhere, device },
    })
  return { change, audit, counts, hashed, told, device: knownTo('ann@example.com') }
}

const wrong = { kind: 'refused', reason: 'wrong_password' }

describe('the current password of a change', () => {
  it('is written down where it is wrong, and counted with those of sign-ins', async () => {
    const { change, audit, counts } = changeOf()
    expect(await change('wrong')).toEqual(wrong)
    expect(audit.entries).toMatchObject([['password.change_refused', about, {}]])
    expect(counts.count).toBe(1)
  })

  it('is written down where it was right: the password is another one', async () => {
    const { change, audit } = changeOf()
    expect(await change('right')).toMatchObject({ kind: 'changed' })
    expect(audit.entries).toEqual([['password.changed', about, {}]])
  })

  it('may be tried five times', async () => {
    const { change, hashed, told } = changeOf()
    for (let time = 0; time < 5; time++) await change('wrong')
    expect(await change('right')).toMatchObject({ kind: 'limited', budget: 'password' })
    expect(hashed).toHaveLength(5)
    expect(told).toHaveLength(1)
  })

  it('is not looked at where too much was tried', async () => {
    const { change, audit, hashed, told } = changeOf({ isLimited: true })
    expect(await change('right')).toBe(allLimited)
    expect(hashed).toEqual([])
    expect(audit.entries).toEqual([])
    expect(told).toEqual([[allLimited, ann.id]])
  })

  it('begins anew where it was right', async () => {
    const { change } = changeOf()
    for (let time = 0; time < 4; time++) await change('wrong')
    await change('right')
    for (let time = 0; time < 5; time++) expect(await change('wrong')).toEqual(wrong)
  })

  it('is as if it were wrong after a hundred wrong ones, and stays counted', async () => {
    const { change, audit, counts, hashed } = changeOf({ failures: 100 })
    for (let time = 0; time < 5; time++) expect(await change('right')).toEqual(wrong)
    expect(audit.types).toEqual(Array.from({ length: 5 }, () => 'password.change_refused'))
    expect(counts.count).toBe(100)
    expect(await change('right')).toMatchObject({ kind: 'limited' })
    expect(hashed).toHaveLength(5)
  })

  it('is enough after a hundred where its owner has been before', async () => {
    const { change, device } = changeOf({ failures: 100 })
    expect(await change('right', device)).toMatchObject({ kind: 'changed' })
  })

  it('is the hundredth wrong one once', async () => {
    const { change, audit } = changeOf({ failures: 98 })
    for (let time = 0; time < 4; time++) await change('wrong')
    const capped = audit.entries.filter(([type]) => type === 'password.capped')
    expect(capped).toEqual([['password.capped', about, { failures: 100 }]])
  })
})
