import { describe, expect, it } from 'vitest'
import { anInstant } from '../../testing/records.ts'
import { type HeldFactors, needsTwo, nothingHeld, secondFactors } from './held.ts'
import { levelOf, methodReferences } from './level.ts'
import type { Proof, ProofMethod } from './proof.ts'

const at = anInstant('2030-01-01T00:00:00Z')

const proofMethods: readonly ProofMethod[] = [
  'password',
  'totp',
  'recovery_code',
  'passkey',
  'passkey_presence',
  'trusted_device',
]

const held: HeldFactors = {
  hasPassword: true,
  wrongPasswords: 0,
  app: { id: 'totp_1', isDisabled: false },
  recoveryCodes: 10,
  passkeys: ['pk_1', 'pk_2'],
}

const factors: Partial<Record<ProofMethod, string>> = {
  totp: 'totp_1',
  passkey: 'pk_1',
  passkey_presence: 'pk_1',
}

/** A proof by what the account has. */
function by(method: ProofMethod, factor = factors[method]): Proof {
  return { method, at, ...(factor !== undefined && { factor }) }
}

const all = proofMethods.map((method) => by(method))

describe('the level of what was proved', () => {
  it('is one factor for each method alone, but for a passkey that has seen its owner', () => {
    for (const method of proofMethods) {
      expect([method, levelOf([by(method)], held)]).toEqual([
        method,
        method === 'passkey' ? 'aal2' : 'aal1',
      ])
    }
  })

  it.each(['totp', 'recovery_code', 'passkey_presence'] as const)(
    'is two factors for a password and %s',
    (method) => {
      expect(levelOf([by('password'), by(method)], held)).toBe('aal2')
    },
  )

  it('is one factor for all things together that are had, without anything known', () => {
    const had = [by('totp'), by('recovery_code'), by('passkey_presence'), by('trusted_device')]
    expect(levelOf(had, held)).toBe('aal1')
  })

  it('is one factor for a password on a trusted device', () => {
    expect(levelOf([by('password'), by('trusted_device')], held)).toBe('aal1')
  })

  it('is none of what was proved with an app or a passkey that the account has not, or not any more', () => {
    for (const factor of ['totp_2', 'pk_1']) {
      expect(levelOf([by('password'), by('totp', factor)], held)).toBe('aal1')
    }
    expect(levelOf([by('password'), { method: 'totp', at }], { ...held, app: undefined })).toBe(
      'aal1',
    )
    for (const gone of ['pk_3', 'totp_1']) {
      expect(levelOf([by('passkey', gone)], held)).toBe('aal1')
      expect(levelOf([by('password'), by('passkey_presence', gone)], held)).toBe('aal1')
    }
    expect(levelOf([{ method: 'passkey', at }], held)).toBe('aal1')
  })

  it('is none of a password that the account has not, or of recovery codes that stand in for nothing', () => {
    const without = { ...held, hasPassword: false }
    expect(levelOf([by('password'), by('totp')], without)).toBe('aal1')
    const bare = { ...nothingHeld, hasPassword: true, recoveryCodes: 10 }
    expect(levelOf([by('password'), by('recovery_code')], bare)).toBe('aal1')
  })

  it('stays what it was while an app is disabled, since a code was given before that', () => {
    const disabled = { ...held, app: { id: 'totp_1', isDisabled: true } }
    expect(levelOf([by('password'), by('totp')], disabled)).toBe('aal2')
  })
})

describe('the methods of a token (RFC 8176)', () => {
  it.each([
    [[by('password')], ['pwd']],
    [
      [by('password'), by('totp')],
      ['mfa', 'otp', 'pwd'],
    ],
    [
      [by('password'), by('recovery_code')],
      ['mfa', 'pwd'],
    ],
    [
      [by('password'), by('passkey_presence')],
      ['mfa', 'pop', 'pwd'],
    ],
    [[by('passkey_presence')], ['pop']],
    [[by('passkey')], ['mfa', 'pop', 'user']],
    [
      [by('passkey'), by('passkey_presence')],
      ['mfa', 'pop', 'user'],
    ],
    [[by('password'), by('trusted_device')], ['pwd']],
    [all, ['mfa', 'otp', 'pop', 'pwd', 'user']],
    [[], []],
  ] as [Proof[], string[]][])('of %j are %j, each once', (proofs, references) => {
    expect(methodReferences(proofs, held).toSorted()).toEqual(references)
  })

  it('name nothing that does not count any more', () => {
    const gone = { ...nothingHeld, hasPassword: true }
    expect(methodReferences(all, gone)).toEqual(['pwd'])
    expect(methodReferences(all, nothingHeld)).toEqual([])
  })
})

describe('what an account holds', () => {
  it('needs two factors with an app, also a disabled one, or a passkey; never for codes alone', () => {
    const app = { id: 'totp_1', isDisabled: true }
    const counts = [
      [nothingHeld, false, 0],
      [{ ...nothingHeld, hasPassword: true, recoveryCodes: 10 }, false, 0],
      [{ ...nothingHeld, app }, true, 1],
      [{ ...nothingHeld, passkeys: ['pk_1'] }, true, 1],
      [held, true, 3],
    ] as const
    for (const [one, needs, count] of counts) {
      expect([needsTwo(one), secondFactors(one)]).toEqual([needs, count])
    }
  })
})
