import { describe, expect, it } from 'vitest'
import { Secret } from '../../../kernel/secret.ts'
import { FakeClock } from '../../../testing/clock.ts'
import {
  NotedAudit,
  noFailures,
  noLimits,
  nowhere,
  plainUnit,
} from '../../../testing/doubles/ports.ts'
import { anAccount } from '../../../testing/records.ts'
import type { Account, AccountStore } from '../../accounts/index.ts'
import { nothingHeld } from '../../assurance/index.ts'
import type { TrustedDevices } from '../../devices/index.ts'
import type { Passkeys } from '../../passkeys/index.ts'
import {
  type PasswordHash,
  type PasswordHasher,
  type PasswordJudge,
  Passwords,
} from '../../passwords/index.ts'
import type { Sessions } from '../../sessions/index.ts'
import type { Proving } from '../proving/index.ts'
import { Completion } from './completion.ts'
import { Refusing } from './refusing.ts'
import { Login } from './service.ts'
import type { Waiting } from './waiting.ts'

const right = 'correct horse battery staple'

/**
 * A login in front of one account; `work` lists what was verified, in order. With `next` all that the account
 * had ends when its session is to begin, and from then on it is that one.
 */
function loginOf(
  account: Account | undefined,
  stored: string | null = right,
  next?: Account | undefined,
) {
  let current = account
  const work: string[] = []
  const started: unknown[] = []
  const replaced: string[] = []
  const hasher: PasswordHasher = {
    hash: async (password) => password.expose() as PasswordHash,
    verify: async (password, { hash }) => {
      work.push(hash)
      return { ok: password.expose() === hash, needsRehash: hash.startsWith('old') }
    },
    refusal: () => undefined,
    decoy: () => 'decoy' as PasswordHash,
  }
  const passwords = new Passwords({
    hasher,
    store: {
      ...noFailures,
      insert: async () => true,
      insertAll: async () => undefined,
      findAll: async () => new Map(),
      changedAt: async () => undefined,
      find: async () =>
        stored === null ? undefined : { hash: stored as PasswordHash, normalForm: 'nfc' },
      replace: async (_owner, old, { hash }) => replaced.push(`${old} > ${hash}`) > 0,
    },
    judge: {} as PasswordJudge,
    report: (error) => replaced.push(String(error)),
  })
  const accounts: Pick<AccountStore, 'findByEmail'> = {
    findByEmail: async (canonical) => (current?.canonicalEmail === canonical ? current : undefined),
  }
  const sessions: Pick<Sessions, 'start'> = {
    start: async (owner, request) => {
      if (next && current !== next) {
        current = next
        return 'overtaken'
      }
      started.push({ owner, ...request })
      return { session: 'session', token: new Secret('token'), ended: [] } as never
    },
  }
  const factors = { heldBy: async () => ({ ...nothingHeld, hasPassword: true }) }
  const beside = { passwords, limits: noLimits, unitOfWork: plainUnit, audit: new NotedAudit() }
  const login = new Login({
    accounts: accounts as AccountStore,
    passwords,
    passkeys: {} as Passkeys,
    factors,
    proving: {} as Proving,
    waiting: {} as Waiting,
    completion: new Completion({
      factors,
      devices: {} as TrustedDevices,
      waiting: {} as Waiting,
      sessions: sessions as Sessions,
      requiresTwo: () => false,
      ...beside,
    }),
    limits: noLimits,
    refusing: new Refusing({ accounts, limitReached: async () => undefined, ...beside }),
    clock: new FakeClock(),
  })
  const attempt = (email: string, password: string) =>
    login.withPassword({
      email,
      password: new Secret(password),
      kind: 'session',
      client: { agent: '', address: '' },
      origin: nowhere,
    })
  return { attempt, work, started, replaced, settled: () => passwords.settled() }
}

const ann = anAccount({ address: 'ann@example.com' })

describe('a hash that should be replaced', () => {
  it('is, after a sign-in, by one of the same password, and only if it is still there', async () => {
    const { attempt, replaced, settled } = loginOf(ann, 'old hash')
    expect((await attempt('ann@example.com', 'old hash')).kind).toBe('signed_in')
    await settled()
    expect(replaced).toEqual(['old hash > old hash'])
  })

  it.each([
    ['a wrong password', ann, 'wrong'],
    ['a disabled account', { ...ann, status: 'disabled' as const }, 'old hash'],
  ])('stays after %s', async (_, account, password) => {
    const { attempt, replaced, settled } = loginOf(account, 'old hash')
    expect((await attempt('ann@example.com', password)).kind).toBe('refused')
    await settled()
    expect(replaced).toEqual([])
  })

  it('stays when it is one of today’s', async () => {
    const { attempt, replaced, settled } = loginOf(ann)
    await attempt('ann@example.com', right)
    await settled()
    expect(replaced).toEqual([])
  })
})

describe('login with a password', () => {
  it('ends in a session when address and password are right, in any spelling of the address', async () => {
    const { attempt, started } = loginOf(ann)
    expect(await attempt(' ANN@example.com ', right)).toMatchObject({
      kind: 'signed_in',
      account: ann,
    })
    expect(started).toMatchObject([
      { owner: ann, proofs: [{ method: 'password' }], kind: 'session' },
    ])
  })

  it.each([
    ['an unknown address', loginOf(undefined, null), right, 'decoy'],
    ['a wrong password', loginOf(ann), 'another horse', right],
    ['a disabled account', loginOf({ ...ann, status: 'disabled' }), right, right],
    ['an account without password', loginOf(ann, null), right, 'decoy'],
  ] as const)(
    'is refused for %s, with one reason, after one verification',
    async (_, login, password, verified) => {
      expect(await login.attempt('ann@example.com', password)).toEqual({
        kind: 'refused',
        reason: 'invalid_credentials',
      })
      expect(login.work).toEqual([verified])
      expect(login.started).toEqual([])
    },
  )

  it('is proved again when all sessions of the account were ended meanwhile', async () => {
    const again = { ...ann, epoch: 1 }
    const { attempt, work, started } = loginOf(ann, right, again)
    expect(await attempt('ann@example.com', right)).toMatchObject({ kind: 'signed_in' })
    expect(work).toEqual([right, right])
    expect(started).toMatchObject([{ owner: again }])
  })

  it('is refused when that was because the account is disabled', async () => {
    const { attempt, started } = loginOf(ann, right, { ...ann, status: 'disabled', epoch: 1 })
    expect(await attempt('ann@example.com', right)).toMatchObject({ kind: 'refused' })
    expect(started).toEqual([])
  })

  it('cannot be done with the decoy', async () => {
    const { attempt } = loginOf(undefined)
    expect(await attempt('ann@example.com', 'decoy')).toMatchObject({ kind: 'refused' })
  })

  it('names bad input before anything is looked up or verified', async () => {
    const { attempt, work } = loginOf(ann)
    expect(await attempt('nope', 'x'.repeat(1025))).toEqual({
      kind: 'invalid',
      problems: [
        { field: 'email', rule: 'malformed' },
        { field: 'password', rule: 'too_long' },
      ],
    })
    expect(work).toEqual([])
  })
})
