import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../../kernel/random.ts'
import { Secret } from '../../../kernel/secret.ts'
import { FakeClock } from '../../../testing/clock.ts'
import { NotedAudit, noFailures, plainUnit } from '../../../testing/doubles/ports.ts'
import { anAccount } from '../../../testing/records.ts'
import type { Account, AccountStore } from '../../accounts/index.ts'
import {
  type GuessScore,
  type PasswordHash,
  PasswordJudge,
  type PasswordStore,
  Passwords,
} from '../../passwords/index.ts'
import { Registration } from './service.ts'

/** Whose address it is already. */
const taken = anAccount({ address: 'ann@example.com' })

/** A registration whose steps are written down in order. */
function registrationOf(result: 'inserted' | 'email_taken' = 'inserted', score: GuessScore = 4) {
  const steps: string[] = []
  const inserted: Account[] = []
  const audit = new NotedAudit()
  const accounts: Pick<AccountStore, 'insert' | 'findByEmail'> = {
    insert: async (account) => {
      steps.push('account')
      inserted.push(account)
      return result
    },
    findByEmail: async () => taken,
  }
  const store = {
    ...noFailures,
    insert: async () => {
      steps.push('password')
      return true
    },
  } as unknown as PasswordStore
  const passwords = new Passwords({
    hasher: {
      hash: async () => {
        steps.push('hash')
        return '$hash' as PasswordHash
      },
      verify: async () => ({ ok: false, needsRehash: false }),
      refusal: () => undefined,
      decoy: () => '' as PasswordHash,
    },
    store,
    judge: new PasswordJudge({
      policy: 'strength',
      serviceName: 'Sallyport',
      estimator: {
        estimate: async () => {
          steps.push('estimate')
          return { score, common: false, advice: 'repeat' }
        },
      },
    }),
    report: () => undefined,
  })
  const registration = new Registration({
    accounts,
    passwords,
    unitOfWork: {
      ...plainUnit,
      run: async (work) => {
        steps.push('begin')
        const outcome = await work()
        steps.push('commit')
        return outcome
      },
    },
    audit,
    clock: new FakeClock(),
    random: systemRandom,
  })
  return { registration, steps, inserted, audit }
}

const request = {
  email: 'Ann@Example.com',
  fullName: ' Ann Example ',
  password: new Secret('correct horse battery staple'),
}

describe('registration', () => {
  it('hashes before the transaction, and writes account and password in one', async () => {
    const { registration, steps } = registrationOf()
    expect(await registration.register(request)).toMatchObject({ kind: 'registered' })
    expect(steps).toEqual(['estimate', 'hash', 'begin', 'account', 'password', 'commit'])
  })

  it('is written down as the new account’s own, and never more than that it was', async () => {
    const { registration, audit, inserted } = registrationOf()
    await registration.register(request)
    expect(audit.entries).toEqual([['account.registered', { subject: inserted[0]?.id }, {}]])
  })

  it('is written down for the account that has the address, as a stranger’s', async () => {
    const { registration, audit } = registrationOf('email_taken')
    await registration.register(request)
    expect(audit.entries).toEqual([
      ['account.registration_refused', { actor: 'stranger', subject: taken.id }, {}],
    ])
  })

  it('makes an active account without second factor, in the first epoch, and nothing else', async () => {
    const { registration, inserted } = registrationOf()
    await registration.register({ ...request, mfaEnabled: true, status: 'x' } as typeof request)
    expect(inserted).toEqual([
      {
        id: expect.stringMatching(/^acc_[\w-]{22}$/),
        email: 'Ann@Example.com',
        canonicalEmail: 'ann@example.com',
        fullName: 'Ann Example',
        status: 'active',
        role: 'user',
        epoch: 0,
        createdAt: new FakeClock().now(),
      },
    ])
  })

  it('gives no password to an account that was not made', async () => {
    const { registration, steps } = registrationOf('email_taken')
    expect(await registration.register(request)).toEqual({ kind: 'refused', reason: 'email_taken' })
    expect(steps).toEqual(['estimate', 'hash', 'begin', 'account', 'commit'])
  })

  it('tells all problems of all fields at once, and does nothing', async () => {
    const { registration, steps } = registrationOf()
    const bad = { email: 'nope', fullName: '', password: new Secret('sallyport') }
    expect(await registration.register(bad)).toEqual({
      kind: 'invalid',
      problems: [
        { field: 'email', rule: 'malformed' },
        { field: 'full_name', rule: 'required' },
        { field: 'password', rule: 'too_short' },
        { field: 'password', rule: 'context_word' },
      ],
    })
    expect(steps).toEqual([])
  })

  it('tells why a password is easy to guess, and does nothing', async () => {
    const { registration, steps } = registrationOf('inserted', 2)
    expect(await registration.register(request)).toEqual({
      kind: 'invalid',
      problems: [{ field: 'password', rule: 'guessable', advice: 'repeat' }],
    })
    expect(steps).toEqual(['estimate'])
  })
})
