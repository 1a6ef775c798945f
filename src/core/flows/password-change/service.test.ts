import { describe, expect, it } from 'vitest'
import { Secret } from '../../../kernel/secret.ts'
import { FakeClock } from '../../../testing/clock.ts'
import { NotedAudit, noLimits, nowhere, plainUnit } from '../../../testing/doubles/ports.ts'
import { anAccount, aSession } from '../../../testing/records.ts'
import type { Account } from '../../accounts/index.ts'
import type { PasswordHash, Passwords, StoredPassword } from '../../passwords/index.ts'
import type { Sessions } from '../../sessions/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'
import { PasswordChange } from './index.ts'

const account = anAccount()
const session = aSession(account)
const hashOf = (text: string) => ({ hash: text as PasswordHash, normalForm: 'nfc' }) as const

/** A change from `old` to `new`; `meanwhile` happens while the new password is being hashed. */
function setUp(meanwhile: (state: { account: Account; stored: StoredPassword }) => void) {
  const state = { account, stored: hashOf('old') as StoredPassword, renewed: 0 }
  const audit = new NotedAudit()
  const passwords: Pick<Passwords, 'check' | 'verify' | 'hash' | 'succeeded' | 'replace'> = {
    check: async () => [],
    verify: async () => ({ matches: true, hash: state.stored.hash, needsRehash: false }),
    hash: async () => {
      meanwhile(state)
      return hashOf('new')
    },
    succeeded: async () => true,
    replace: async (_id, old, next) => {
      if (state.stored.hash !== old) return false
      state.stored = next
      return true
    },
  }
  const renew: Sessions['renew'] = async () => {
    state.renewed += 1
    return { session, token: new Secret('token') }
  }
  const undoing: UnitOfWork['run'] = async (work) => {
    const before = state.stored
    try {
      return await work()
    } catch (error) {
      state.stored = before
      throw error
    }
  }
  const flow = new PasswordChange({
    accounts: {
      findById: async () => account,
      startEpoch: async () => ({ ...state.account, epoch: state.account.epoch + 1 }),
    },
    passwords: passwords as Passwords,
    sessions: { renew } as Sessions,
    stepUp: { due: async () => undefined },
    unitOfWork: { ...plainUnit, run: undoing },
    limits: noLimits,
    limitReached: async () => undefined,
    audit,
    clock: new FakeClock(),
  })
  const change = () =>
    flow.change({
      actor: { accountId: account.id, session },
      presented: { kind: 'session', value: new Secret('token') },
      currentPassword: new Secret('violet harbour lantern'),
      newPassword: new Secret('seven copper kettles sing'),
      origin: nowhere,
    })
  return { change, state }
}

describe('a password change, while the new one is being hashed', () => {
  it.each([
    ['the account is disabled', { status: 'disabled', epoch: 1 }],
    ['it is disabled and enabled again', { epoch: 1 }],
  ] as const)('changes nothing and gives no session when %s', async (_, over) => {
    const { change, state } = setUp((now) => {
      now.account = { ...account, ...over }
    })
    expect(await change()).toEqual({ kind: 'refused', reason: 'not_authenticated' })
    expect(state).toMatchObject({ stored: hashOf('old'), renewed: 0 })
  })

  it('succeeds when a sign-in has made a better hash of the present one', async () => {
    const { change, state } = setUp((now) => {
      now.stored = hashOf('upgraded')
    })
    expect((await change()).kind).toBe('changed')
    expect(state).toMatchObject({ stored: hashOf('new'), renewed: 1 })
  })
})
