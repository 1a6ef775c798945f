import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anInstant } from '../../testing/records.ts'
import { type Due, type DueOptions, type OfferedProof, stillDue } from './due.ts'
import { type HeldFactors, nothingHeld } from './held.ts'
import { levelOf, methodReferences } from './level.ts'
import type { Proof } from './proof.ts'

const at = anInstant('2030-01-01T00:00:00Z')

const proof: fc.Arbitrary<Proof> = fc.oneof(
  fc.constantFrom<Proof>(
    { method: 'password', at },
    { method: 'recovery_code', at },
    { method: 'trusted_device', at },
  ),
  fc.record({
    method: fc.constant('totp' as const),
    at: fc.constant(at),
    factor: fc.constantFrom('totp_1', 'totp_gone', 'pk_1'),
  }),
  fc.record({
    method: fc.constantFrom('passkey' as const, 'passkey_presence' as const),
    at: fc.constant(at),
    factor: fc.constantFrom('pk_1', 'pk_2', 'pk_gone', 'totp_1'),
  }),
)
const proofs = fc.array(proof, { maxLength: 4 })

const held: fc.Arbitrary<HeldFactors> = fc.record({
  hasPassword: fc.boolean(),
  wrongPasswords: fc.nat({ max: 2 }),
  app: fc.constantFrom(
    undefined,
    { id: 'totp_1', isDisabled: false },
    { id: 'totp_1', isDisabled: true },
  ),
  recoveryCodes: fc.nat({ max: 2 }),
  passkeys: fc.subarray(['pk_1', 'pk_2']),
})

const options: fc.Arbitrary<DueOptions> = fc.record(
  { isRequired: fc.boolean(), isTrusted: fc.boolean() },
  { requiredKeys: [] },
)

const always = <Values extends [unknown, ...unknown[]]>(
  arbitraries: { [Key in keyof Values]: fc.Arbitrary<Values[Key]> },
  promise: (...values: Values) => void,
) => fc.assert(fc.property(...arbitraries, promise), { numRuns: 3000 })

/** The rule once more, in other words: what of these proofs is worth something, by kind. */
function worth(given: readonly Proof[], { hasPassword, app, passkeys }: HeldFactors) {
  const isOwn = ({ factor = '' }: Proof) => passkeys.includes(factor)
  const hasSecond = app !== undefined || passkeys.length > 0
  return {
    hasSecond,
    isKnown: hasPassword && given.some(({ method }) => method === 'password'),
    isVerified: given.some((one) => one.method === 'passkey' && isOwn(one)),
    isHad: given.some(
      (one) =>
        (one.method === 'totp' && app?.id === one.factor) ||
        (one.method === 'passkey_presence' && isOwn(one)) ||
        (one.method === 'recovery_code' && hasSecond),
    ),
  }
}

/** What somebody proves who has all that the account has. */
const giving = (offer: OfferedProof, holds: HeldFactors): Proof => {
  if (offer === 'totp') return { method: 'totp', at, factor: holds.app?.id as string }
  if (offer === 'passkey') return { method: 'passkey', at, factor: holds.passkeys[0] as string }
  return { method: offer, at }
}

/** The account after it: recovery codes are spent. */
const spent = (offer: OfferedProof, holds: HeldFactors): HeldFactors =>
  offer === 'recovery_code' ? { ...holds, recoveryCodes: holds.recoveryCodes - 1 } : holds

const offersOf = (due: Due): readonly OfferedProof[] => (due.kind === 'proof' ? due.offers : [])

const full: HeldFactors = {
  hasPassword: true,
  wrongPasswords: 0,
  app: { id: 'totp_1', isDisabled: false },
  recoveryCodes: 10,
  passkeys: ['pk_1'],
}
const password: Proof = { method: 'password', at }

describe('nothing is due', () => {
  it('after two factors of different kinds, after a password that is all, or on a trusted device with an app: never else', () => {
    always([proofs, held, options], (given, holds, chosen) => {
      const { hasSecond, isKnown, isVerified, isHad } = worth(given, holds)
      const isTwo = isVerified || (isKnown && isHad)
      const isAll = isKnown && !hasSecond && !chosen.isRequired
      const isSaved = isKnown && chosen.isTrusted === true && holds.app?.isDisabled === false
      const isNothing = stillDue(given, holds, chosen).kind === 'nothing'
      expect(isNothing).toBe(isTwo || isAll || isSaved)
    })
  })

  it('for nobody who has proved nothing that counts', () => {
    always([held, options], (holds, chosen) => {
      const nothing: Proof[] = [
        { method: 'trusted_device', at },
        { method: 'passkey', at, factor: 'pk_gone' },
      ]
      expect(stillDue([], holds, chosen).kind).toBe('proof')
      expect(stillDue(nothing, holds, chosen).kind).toBe('proof')
    })
  })

  it('with more proofs where it was with fewer', () => {
    always([proofs, proof, held, options], (given, more, holds, chosen) => {
      if (stillDue(given, holds, chosen).kind !== 'nothing') return
      expect(stillDue([...given, more], holds, chosen).kind).toBe('nothing')
    })
  })
})

describe('what is due', () => {
  it('is the same in whatever order, and however often, something was proved', () => {
    const shuffled = proofs.chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray(given, { minLength: given.length }),
        fc.subarray(given),
      ),
    )
    always([shuffled, held, options], ([given, other, again], holds, chosen) => {
      const anew = [...other, ...again]
      expect(stillDue(anew, holds, chosen)).toEqual(stillDue(given, holds, chosen))
      expect(levelOf(anew, holds)).toBe(levelOf(given, holds))
      const references = (all: readonly Proof[]) => methodReferences(all, holds).toSorted()
      expect(references(anew)).toEqual(references(given))
    })
  })

  it('is a factor to be set up only after a password, where one is required and there is none', () => {
    always([proofs, held, options], (given, holds, chosen) => {
      const { hasSecond, isKnown } = worth(given, holds)
      const isEnrolment = stillDue(given, holds, chosen).kind === 'enrolment'
      expect(isEnrolment).toBe(isKnown && !hasSecond && chosen.isRequired === true)
    })
  })

  it('is what it is without a trusted device, where the app is disabled or there is none', () => {
    always([proofs, held, options], (given, holds, chosen) => {
      if (holds.app?.isDisabled === false) return
      const [trusted, not] = [true, false].map((isTrusted) => ({ ...chosen, isTrusted }))
      expect(stillDue(given, holds, trusted)).toEqual(stillDue(given, holds, not))
    })
  })

  it('is never less than without a requirement', () => {
    always([proofs, held, options], (given, holds, chosen) => {
      const due = stillDue(given, holds, { ...chosen, isRequired: true })
      if (due.kind !== 'nothing') return
      expect(stillDue(given, holds, { ...chosen, isRequired: false })).toEqual(due)
    })
  })

  it('is offered by strength: codes of the app first, and recovery codes last', () => {
    expect(stillDue([password], full)).toEqual({
      kind: 'proof',
      offers: ['totp', 'passkey', 'recovery_code'],
    })
    expect(stillDue([], full)).toEqual({ kind: 'proof', offers: ['password', 'passkey'] })
    const disabled = { ...full, app: { id: 'totp_1', isDisabled: true } }
    expect(offersOf(stillDue([password], disabled))).toEqual(['passkey', 'recovery_code'])
    const lost = { ...disabled, passkeys: [], recoveryCodes: 0 }
    expect(stillDue([password], lost)).toEqual({ kind: 'proof', offers: [] })
    expect(stillDue([], nothingHeld)).toEqual({ kind: 'proof', offers: [] })
  })
})

describe('an offer', () => {
  it('is of nothing that the account does not hold, or that was given', () => {
    always([proofs, held, options], (given, holds, chosen) => {
      const offers = offersOf(stillDue(given, holds, chosen))
      const isHeld: Record<OfferedProof, boolean> = {
        password: holds.hasPassword,
        totp: holds.app?.isDisabled === false,
        passkey: holds.passkeys.length > 0,
        recovery_code: holds.recoveryCodes > 0,
      }
      expect(offers.filter((offer) => !isHeld[offer])).toEqual([])
      expect(new Set(offers).size).toBe(offers.length)
      if (worth(given, holds).isKnown) expect(offers).not.toContain('password')
    })
  })

  it('leads on when it is taken: after two at the most nothing is due, or a factor to be set up', () => {
    const choices = fc.array(fc.nat({ max: 3 }), { minLength: 3, maxLength: 3 })
    always([proofs, held, options, choices], (given, first, chosen, picks) => {
      let [sofar, holds, steps] = [given, first, 0]
      let due = stillDue(sofar, holds, chosen)
      while (due.kind === 'proof' && due.offers.length > 0) {
        const pick = due.offers[(picks[steps] ?? 0) % due.offers.length] as OfferedProof
        sofar = [...sofar, giving(pick, holds)]
        holds = spent(pick, holds)
        const next = stillDue(sofar, holds, chosen)
        expect(next).not.toEqual(due)
        due = next
        steps += 1
        expect(steps).toBeLessThanOrEqual(2)
      }
      // Else nothing that the account has would do: that is so from the start, or it has lost its app.
      if (due.kind === 'proof') expect(holds.passkeys).toEqual([])
    })
  })

  it('of a passkey that does not see its owner is followed by one of the password', () => {
    always([held], (holds) => {
      const [factor] = holds.passkeys
      if (factor === undefined || !holds.hasPassword) return
      const touched: Proof = { method: 'passkey_presence', at, factor }
      expect(offersOf(stillDue([touched], holds))).toContain('password')
      expect(stillDue([touched, password], holds)).toEqual({ kind: 'nothing' })
    })
  })
})

describe('a factor that is taken away', () => {
  const without: readonly ((one: HeldFactors) => HeldFactors)[] = [
    (one) => ({ ...one, hasPassword: false }),
    (one) => ({ ...one, app: undefined }),
    (one) => ({ ...one, recoveryCodes: 0 }),
    (one) => ({ ...one, passkeys: one.passkeys.slice(1) }),
    (one) => ({ ...one, passkeys: [] }),
  ]

  it('never raises the level of what was proved, nor adds a method to its tokens', () => {
    always([proofs, held, fc.constantFrom(...without)], (given, holds, take) => {
      const left = take(holds)
      if (levelOf(given, holds) === 'aal1') expect(levelOf(given, left)).toBe('aal1')
      const before = methodReferences(given, holds)
      expect(before).toEqual(expect.arrayContaining(methodReferences(given, left)))
    })
  })
})
