import { describe, expect, it } from 'vitest'
import { Secret } from '../../../kernel/secret.ts'
import { FakeClock } from '../../../testing/clock.ts'
import { anOverload } from '../../../testing/doubles/limits.ts'
import { allLimited, NotedAudit, nowhere, plainUnit } from '../../../testing/doubles/ports.ts'
import { anAccount } from '../../../testing/records.ts'
import type { FactorId, Factors } from '../../factors/index.ts'
import type { Guess, Limited, Limits } from '../../limits/index.ts'
import type { Passkeys } from '../../passkeys/index.ts'
import { type GivenProof, Proving, type ProvingOptions } from './service.ts'

const ann = anAccount({ address: 'ann@example.com' })
const ceremony = { purpose: 'factor', boundTo: 'here' } as const
const proof = { method: 'passkey', at: 0, factor: 'pk_1' } as never

const right: readonly GivenProof[] = [
  { kind: 'password', password: new Secret('right') },
  { kind: 'totp', code: new Secret('right') },
  { kind: 'recovery_code', code: new Secret('right') },
]
const wrong: readonly GivenProof[] = [
  { kind: 'password', password: new Secret('wrong') },
  { kind: 'password', password: new Secret('x'.repeat(2000)) },
  { kind: 'totp', code: new Secret('wrong') },
  { kind: 'recovery_code', code: new Secret('wrong') },
]

interface Given {
  readonly limited?: Limited
  readonly fault?: Error
}

/** What one account gives; `steps` is what is done with it, in order. */
function provingOf({ limited, fault }: Given = {}) {
  const [audit, clock, steps, told] = [
    new NotedAudit(),
    new FakeClock(),
    [] as string[],
    [] as unknown[],
  ]
  const looked = (what: string) => {
    steps.push(`looked at ${what}`)
    if (fault) throw fault
  }
  let failures = 90
  const factors: Pick<Factors, 'check' | 'useRecoveryCode'> = {
    check: async (_, code) => {
      looked('code')
      if (code === 'right') return { kind: 'accepted', factor: 'app' as FactorId }
      failures += 1
      return { kind: 'refused', reason: 'wrong_code', failures, disables: failures === 100 }
    },
    useRecoveryCode: async (_, code) => {
      looked('recovery code')
      const isRight = code === 'right'
      return isRight ? { kind: 'accepted', left: 7 } : { kind: 'refused', reason: 'wrong_code' }
    },
  }
  const guess: Guess = {
    kind: 'admitted',
    right: async () => void steps.push('right'),
    during: async (work) => {
      steps.push('during')
      return work()
    },
  }
  const limits: Pick<Limits, 'guess'> = {
    guess: async (secret, identifier) => {
      steps.push(`guess at ${secret} of ${identifier}`)
      return limited ?? guess
    },
  }
  const passkeys = {
    assert: async (response: unknown) =>
      response === 'right' ? { proof, passkey: {} } : undefined,
  } as unknown as Passkeys
  const proving = new Proving({
    passwords: {
      verify: async (_, password) => {
        looked('password')
        return { matches: password.expose() === 'right', hash: undefined, needsRehash: false }
      },
    },
    factors,
    passkeys,
    limits,
    limitReached: async (...given) => void told.push(given),
    unitOfWork: plainUnit,
    audit,
    clock,
  })
  const prove = (given: GivenProof, options: Partial<ProvingOptions> = {}) =>
    proving.prove(ann, given, { ceremony, origin: nowhere, ...options })
  return { prove, audit, clock, steps, told }
}

describe('what somebody gives to prove who they are', () => {
  it.each(right)('is counted before it is looked at, and then as right: $kind', async (given) => {
    const { prove, clock, steps } = provingOf()
    const { kind } = given
    const proved = await prove(given)
    expect(proved).toMatchObject({ proof: { method: kind, at: clock.now() } })
    const secret = kind === 'password' ? 'password' : 'factor'
    expect([steps[0], steps[1]]).toEqual([`guess at ${secret} of ann@example.com`, 'during'])
    expect(steps[2]).toMatch(/^looked at /)
    expect(steps.slice(3)).toEqual(['right'])
  })

  it.each(wrong)('proves nothing where it is wrong, and stays counted: $kind', async (given) => {
    const { prove, steps } = provingOf()
    expect(await prove(given)).toBeUndefined()
    expect(steps).not.toContain('right')
    expect(steps[0]).toMatch(/^guess /)
  })

  it.each(right)('is not looked at where too much was tried: $kind', async (given) => {
    const { prove, audit, steps, told } = provingOf({ limited: allLimited })
    expect(await prove(given)).toBe(allLimited)
    expect(steps).toHaveLength(1)
    expect(told).toEqual([[allLimited, ann.id]])
    expect(audit.entries).toEqual([])
  })

  it.each(right)(
    'stays counted where it was right, and is not enough here: $kind',
    async (given) => {
      const { prove, steps } = provingOf()
      expect(await prove(given, { isEnough: async () => false })).toBeUndefined()
      expect(steps).not.toContain('right')
      expect(await prove(given, { isEnough: async () => true })).toBeDefined()
    },
  )

  it('is looked at within its guess, so that what was not looked at can be given back', async () => {
    const { prove, steps } = provingOf({ fault: anOverload })
    for (const given of right) await expect(prove(given)).rejects.toBe(anOverload)
    expect(steps.filter((step) => step === 'during')).toHaveLength(3)
    expect(steps).not.toContain('right')
  })

  it('is counted by nobody where it is a passkey: those cannot be guessed', async () => {
    const { prove, steps } = provingOf({ limited: allLimited })
    expect(await prove({ kind: 'passkey', response: 'right' })).toEqual({ proof })
    expect(await prove({ kind: 'passkey', response: 'wrong' })).toBeUndefined()
    expect(steps).toEqual([])
  })
})

describe('what is written down of it', () => {
  it('is that the app was disabled: once, of 32 wrong codes at once', async () => {
    const { prove, audit } = provingOf()
    const [, , code] = wrong as [GivenProof, GivenProof, GivenProof]
    await Promise.all(Array.from({ length: 32 }, () => prove(code)))
    const about = { actor: 'stranger', subject: ann.id }
    expect(audit.entries).toEqual([['totp.disabled', about, { failures: 100 }]])
  })

  it('is that a recovery code was used, and how many are left', async () => {
    const { prove, audit } = provingOf()
    expect(await prove(right[2] as GivenProof)).toMatchObject({ recoveryCodesLeft: 7 })
    expect(audit.entries).toEqual([['recovery_code.used', { subject: ann.id }, { left: 7 }]])
  })

  it('is nothing else here: whoever asked knows what it was for', async () => {
    const { prove, audit } = provingOf()
    for (const given of [...right.slice(0, 2), ...wrong]) await prove(given)
    expect(audit.entries).toEqual([])
  })
})
