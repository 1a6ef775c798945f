import { describe, expect, it } from 'vitest'
import { minutes } from '../../../kernel/clock.ts'
import { systemRandom } from '../../../kernel/random.ts'
import { Secret } from '../../../kernel/secret.ts'
import { mintToken } from '../../../kernel/token.ts'
import { FakeClock } from '../../../testing/clock.ts'
import { NotedAudit, noLimits, nowhere, plainUnit } from '../../../testing/doubles/ports.ts'
import { anAccount } from '../../../testing/records.ts'
import type { Account, AccountStore } from '../../accounts/index.ts'
import type { FactorId, Factors } from '../../factors/index.ts'
import type { Passkeys } from '../../passkeys/index.ts'
import type { Passwords } from '../../passwords/index.ts'
import type { Sessions } from '../../sessions/index.ts'
import { Proving } from '../proving/index.ts'
import { Completion } from './completion.ts'
import type { PendingLogin } from './pending.ts'
import type { PendingLoginStore } from './pending-store.ts'
import { Refusing } from './refusing.ts'
import { Login } from './service.ts'
import { Waiting } from './waiting.ts'

const ann = anAccount({ address: 'ann@example.com', epoch: 4 })

/** A login of one account with an app whose code is always 123456, and a recovery code `right`. */
function loginOf({ totp = true, recoveryCodes = 10 } = {}) {
  const clock = new FakeClock()
  const pendings = new Map<string, PendingLogin>()
  const started: object[] = []
  let account: Account | undefined = ann
  const accounts = { findByEmail: async () => account, findById: async () => account }
  const store: PendingLoginStore = {
    insert: async (one) => void pendings.set(one.tokenHash, one),
    findLive: async (hash, now) => {
      const one = pendings.get(hash)
      return one && one.expiresAt > now ? one : undefined
    },
    takeTry: async (hash, now, most) => {
      const one = pendings.get(hash)
      if (!one || one.expiresAt <= now || one.tries >= most) return undefined
      const tried = { ...one, tries: one.tries + 1 }
      pendings.set(hash, tried)
      return tried
    },
    end: async (hash) => pendings.delete(hash),
    sweep: async () => 0,
  }
  const waiting = new Waiting({ accounts, store, clock, random: systemRandom })
  const held = {
    hasPassword: true,
    wrongPasswords: 0,
    app: { id: 'app', isDisabled: !totp },
    recoveryCodes,
    passkeys: [],
  }
  const factors: Pick<Factors, 'heldBy' | 'check' | 'useRecoveryCode'> = {
    heldBy: async () => held,
    check: async (_, code) =>
      code === '123456'
        ? { kind: 'accepted', factor: 'app' as FactorId }
        : { kind: 'refused', reason: 'wrong_code', failures: 1, disables: false },
    useRecoveryCode: async (_, code) =>
      code === 'right' ? { kind: 'accepted', left: 9 } : { kind: 'refused', reason: 'wrong_code' },
  }
  const passwords = {
    verify: async () => ({ matches: true }),
    upgrade: () => undefined,
    succeeded: async () => true,
    failed: async () => 'counted',
  } as unknown as Passwords
  const limitReached = async () => undefined
  const beside = { limits: noLimits, limitReached, unitOfWork: plainUnit, audit: new NotedAudit() }
  const login = new Login({
    accounts: accounts as unknown as AccountStore,
    passwords,
    passkeys: {} as Passkeys,
    factors,
    proving: new Proving({ passwords, factors, passkeys: {} as Passkeys, clock, ...beside }),
    waiting,
    completion: new Completion({
      factors,
      devices: { isTrusted: async () => false, trust: async () => undefined },
      waiting,
      sessions: {
        start: async (owner: Account, request: object) => {
          started.push({ owner, ...request })
          return { session: 'session', token: new Secret('token'), ended: [] }
        },
      } as unknown as Sessions,
      passwords,
      requiresTwo: () => false,
      ...beside,
    }),
    limits: noLimits,
    refusing: new Refusing({
      accounts: accounts as unknown as AccountStore,
      passwords,
      ...beside,
    }),
    clock,
  })
  const client = { agent: 'curl', address: '' }
  const withPassword = (code?: string) =>
    login.withPassword({
      email: 'ann@example.com',
      password: new Secret('violet harbour lantern'),
      kind: 'bearer',
      client,
      origin: nowhere,
      ...(code && { factor: { kind: 'totp', code: new Secret(code) } }),
    })
  const waitingFor = async () => {
    const outcome = await withPassword()
    if (outcome.kind !== 'factor_required') throw new Error(outcome.kind)
    return outcome
  }
  const withCode = (pending: Secret, code: string, kind: 'totp' | 'recovery_code' = 'totp') =>
    login.withFactor({ pending, factor: { kind, code: new Secret(code) }, client, origin: nowhere })
  const become = (next: Account | undefined) => {
    account = next
  }
  return { login, clock, started, withPassword, waitingFor, withCode, become }
}

const refusedAs = (reason: string) => ({ kind: 'refused', reason })

describe('a password where a second factor is due', () => {
  it('is not enough: what waits is no session, and says what can be given', async () => {
    const { waitingFor, started } = loginOf()
    const { pending, factors } = await waitingFor()
    expect(pending.expose()).toMatch(/^pnd_[\w-]{50}$/)
    expect(factors).toEqual(['totp', 'recovery_code'])
    expect(started).toEqual([])
  })

  it('is enough with a right code beside it, and no other', async () => {
    const { withPassword, started } = loginOf()
    expect(await withPassword('000000')).toEqual(refusedAs('wrong_code'))
    expect(started).toEqual([])
    expect(await withPassword('123456')).toMatchObject({ kind: 'signed_in' })
    expect(started).toMatchObject([{ proofs: [{ method: 'password' }, { method: 'totp' }] }])
  })

  it.each([
    [{ totp: false, recoveryCodes: 3 }, ['recovery_code']],
    [{ totp: true, recoveryCodes: 0 }, ['totp']],
    [{ totp: false, recoveryCodes: 0 }, []],
  ])('offers what is left: %j', async (left, offered) => {
    expect((await loginOf(left).waitingFor()).factors).toEqual(offered)
  })
})

describe('the second step', () => {
  it('ends in a session of the kind that the first one asked for, once', async () => {
    const { waitingFor, withCode, started } = loginOf()
    const { pending } = await waitingFor()
    expect(await withCode(pending, '123456')).toMatchObject({ kind: 'signed_in' })
    expect(started).toMatchObject([
      { owner: ann, kind: 'bearer', proofs: [{ method: 'password' }, { method: 'totp' }] },
    ])
    expect(await withCode(pending, '123456')).toEqual(refusedAs('login_expired'))
  })

  it('takes a recovery code, and tells how many are left', async () => {
    const { waitingFor, withCode, started } = loginOf()
    const { pending } = await waitingFor()
    const outcome = await withCode(pending, 'right', 'recovery_code')
    expect(outcome).toMatchObject({ kind: 'signed_in', recoveryCodesLeft: 9 })
    expect(started).toMatchObject([
      { proofs: [{ method: 'password' }, { method: 'recovery_code' }] },
    ])
  })

  it('may be tried five times', async () => {
    const { login, waitingFor, withCode, started } = loginOf()
    const { pending } = await waitingFor()
    for (let tries = 0; tries < 5; tries++) {
      expect(await withCode(pending, '000000')).toEqual(refusedAs('wrong_code'))
    }
    expect(await login.waiting(pending)).toBeUndefined()
    expect(await withCode(pending, '123456')).toEqual(refusedAs('login_expired'))
    expect(started).toEqual([])
  })

  it('is over ten minutes after the first', async () => {
    const { login, clock, waitingFor, withCode } = loginOf()
    const { pending } = await waitingFor()
    clock.advance(minutes(10) - 1)
    expect((await login.waiting(pending))?.due).toMatchObject({ offers: ['totp', 'recovery_code'] })
    clock.advance(1)
    expect(await login.waiting(pending)).toBeUndefined()
    expect(await withCode(pending, '123456')).toEqual(refusedAs('login_expired'))
  })

  it.each([
    ['is disabled', { ...ann, status: 'disabled' as const }],
    ['is in another epoch: a new password, say', { ...ann, epoch: 5 }],
    ['is gone', undefined],
  ])('is over when the account %s', async (_, next) => {
    const { waitingFor, withCode, become, started } = loginOf()
    const { pending } = await waitingFor()
    become(next)
    expect(await withCode(pending, '123456')).toEqual(refusedAs('login_expired'))
    expect(started).toEqual([])
  })

  it('is nobody’s with a token that was never given, or is of another kind', async () => {
    const { login, withCode } = loginOf()
    const tokens = [mintToken('pending', systemRandom), mintToken('session', systemRandom)]
    for (const token of [...tokens, new Secret(''), new Secret('pnd_')]) {
      expect(await withCode(token, '123456')).toEqual(refusedAs('login_expired'))
      expect(await login.waiting(token)).toBeUndefined()
    }
  })
})
