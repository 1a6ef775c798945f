import { describe, expect, it } from 'vitest'
import { Secret } from '../../../kernel/secret.ts'
import { FakeClock } from '../../../testing/clock.ts'
import { FailureCounts } from '../../../testing/doubles/failure-counts.ts'
import { allLimited, NotedAudit, nowhere, plainUnit } from '../../../testing/doubles/ports.ts'
import { anAccount, aSession } from '../../../testing/records.ts'
import { type HeldFactors, nothingHeld, type ProofMethod } from '../../assurance/index.ts'
import type { Limited } from '../../limits/index.ts'
import type { GivenProof, Proving } from '../proving/index.ts'
import { StepUp } from './service.ts'

const ann = anAccount({ address: 'ann@example.com' })
const session = aSession(ann)
const actor = { accountId: ann.id, session }
const presented = { kind: 'session', value: new Secret('token') } as const
const about = { subject: ann.id, session: session.id }
const next = { ...session, id: 'sn_next' } as typeof session

const given: Readonly<Record<string, GivenProof>> = {
  password: { kind: 'password', password: new Secret('right') },
  wrong: { kind: 'password', password: new Secret('wrong') },
  totp: { kind: 'totp', code: new Secret('right') },
  recovery_code: { kind: 'recovery_code', code: new Secret('right') },
  passkey: { kind: 'passkey', response: 'right' },
}

const alone: HeldFactors = { ...nothingHeld, hasPassword: true }
const withApp: HeldFactors = { ...alone, app: { id: 'app', isDisabled: false }, recoveryCodes: 3 }

interface Given {
  readonly held?: HeldFactors
  readonly failures?: number
  readonly isKnown?: boolean
  readonly limited?: Limited
  readonly lately?: ProofMethod[]
  readonly goesOn?: boolean
  readonly isThere?: boolean
}

/** A step-up of an account whose every proof is right but one. */
function stepUpOf({
  held = alone,
  failures = 0,
  isKnown = false,
  limited,
  lately = [],
  goesOn = true,
  isThere = true,
}: Given = {}) {
  const [audit, clock, passwords] = [new NotedAudit(), new FakeClock(), new FailureCounts(failures)]
  const looked: string[] = []
  const proving: Pick<Proving, 'prove'> = {
    prove: async (_, one, { ceremony, isEnough }) => {
      looked.push(`${one.kind} for ${ceremony.purpose} of ${ceremony.boundTo}`)
      if (limited) return limited
      const { kind: method } = one
      const proof = { method, at: clock.now(), ...(method === 'totp' && { factor: 'app' }) }
      const isRight = one !== given['wrong'] && (await isEnough?.({ proof }))
      return isRight ? { proof } : undefined
    },
  }
  const stepUp = new StepUp({
    factors: { heldBy: async () => held },
    passkeys: { requestOptions: async (...asked) => asked },
    proving: proving as Proving,
    sessions: {
      provedLately: (of) =>
        (of === next ? [...lately, 'password' as const] : lately).map((method) => ({
          method,
          at: clock.now(),
        })),
      prove: async () => (goesOn ? { session: next, token: new Secret('next') } : undefined),
    },
    accounts: { findById: async () => (isThere ? ann : undefined) },
    passwords: passwords.service,
    limits: { isKnown: () => isKnown },
    unitOfWork: plainUnit,
    audit,
    clock,
  })
  const prove = (name: keyof typeof given) =>
    stepUp.prove({ actor, presented }, given[name] as GivenProof, { origin: nowhere })
  return { stepUp, prove, audit, passwords, looked }
}

const refusedAs = (reason: string) => ({ kind: 'refused', reason })
const noted = (method: string) => ['confirmation.refused', about, { method }]

describe('somebody who confirms who they are', () => {
  it('goes on under a new token, which is written down by the session that it is of', async () => {
    const { prove, audit, looked } = stepUpOf()
    expect(await prove('password')).toMatchObject({
      kind: 'proved',
      session: next,
      offers: undefined,
    })
    const ofNext = { subject: ann.id, session: 'sn_next' }
    expect(audit.entries).toEqual([['confirmation.succeeded', ofNext, { method: 'password' }]])
    expect(looked).toEqual([`password for confirmation of ${session.id}`])
  })

  it('is asked for what is due next', async () => {
    const { prove } = stepUpOf({ held: withApp })
    expect(await prove('password')).toMatchObject({ offers: ['totp', 'recovery_code'] })
  })

  it('is refused with something wrong, which is counted and written down', async () => {
    const { prove, audit, passwords } = stepUpOf()
    expect(await prove('wrong')).toEqual(refusedAs('wrong_password'))
    expect(audit.entries).toEqual([noted('password')])
    expect(passwords.count).toBe(1)
  })

  it('is told that the hundredth was wrong, and no more: that is written down once', async () => {
    const { prove, audit } = stepUpOf({ failures: 98 })
    for (let time = 0; time < 4; time++) {
      expect(await prove('wrong')).toEqual(refusedAs('wrong_password'))
    }
    expect(audit.types.filter((type) => type === 'password.capped')).toHaveLength(1)
    expect(audit.entries[2]).toEqual(['password.capped', about, { failures: 100 }])
  })

  it('is not looked at where too much was tried', async () => {
    const { prove, audit, passwords } = stepUpOf({ limited: allLimited })
    expect(await prove('password')).toBe(allLimited)
    expect(audit.entries).toEqual([])
    expect(passwords.asked).toEqual([])
  })

  it.each(['totp', 'recovery_code'] as const)(
    'uses up no %s that nobody asks for: a thief of the session would',
    async (kind) => {
      const { prove, looked, audit } = stepUpOf({ held: withApp })
      expect(await prove(kind)).toEqual(refusedAs('wrong_code'))
      expect(looked).toEqual([])
      expect(audit.entries).toEqual([])
      const later = stepUpOf({ held: withApp, lately: ['password'] })
      expect(await later.prove(kind)).toMatchObject({ kind: 'proved' })
    },
  )

  it('may always give a passkey', async () => {
    const { prove } = stepUpOf({ held: withApp })
    expect(await prove('passkey')).toMatchObject({ kind: 'proved' })
  })

  it.each([{ goesOn: false }, { isThere: false }])(
    'is not signed in any more where the session or the account is gone: %j',
    async (gone) => {
      const { prove, audit } = stepUpOf(gone)
      expect(await prove('password')).toEqual(refusedAs('not_authenticated'))
      expect(audit.entries).toEqual([])
    },
  )
})

describe('the right password of somebody at whom a hundred wrong ones were tried', () => {
  it('confirms nothing where its owner has not been before, and looks as if it were wrong', async () => {
    const { prove, audit, passwords } = stepUpOf({ failures: 100 })
    expect(await prove('password')).toEqual(refusedAs('wrong_password'))
    expect(audit.entries).toEqual([noted('password')])
    expect(passwords.count).toBe(100)
    const wrong = stepUpOf({ failures: 100 })
    expect(await wrong.prove('wrong')).toEqual(refusedAs('wrong_password'))
    expect(wrong.audit.entries).toEqual(audit.entries)
  })

  it('confirms it on a device of theirs, and they are counted anew', async () => {
    const { prove, passwords } = stepUpOf({ failures: 100, isKnown: true })
    expect(await prove('password')).toMatchObject({ kind: 'proved' })
    expect(passwords.count).toBe(0)
  })

  it('is not needed by what cannot be guessed', async () => {
    const { prove } = stepUpOf({ failures: 100 })
    expect(await prove('passkey')).toMatchObject({ kind: 'proved' })
  })
})
