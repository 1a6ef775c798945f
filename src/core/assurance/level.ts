import { type HeldFactors, needsTwo } from './held.ts'
import type { Proof, ProofMethod } from './proof.ts'

/** Authenticator assurance levels (NIST SP 800-63B-4): one factor, or two of different kinds. */
export type Level = 'aal1' | 'aal2'

/**
 * How strongly somebody is known, by what the account has now: what was proved with a factor that was removed
 * since proves nothing. Never kept anywhere.
 */
export function levelOf(proofs: readonly Proof[], held: HeldFactors): Level {
  return areTwoFactors(counting(proofs, held)) ? 'aal2' : 'aal1'
}

/** The methods of a token's `amr` (RFC 8176), by what the account has now. It has no name for a recovery code. */
export function methodReferences(proofs: readonly Proof[], held: HeldFactors): string[] {
  const counted = counting(proofs, held)
  const references = counted.flatMap(({ method }) => referencesOf[method])
  return [...new Set(references), ...(areTwoFactors(counted) ? ['mfa'] : [])]
}

const referencesOf: Readonly<Record<ProofMethod, readonly string[]>> = {
  password: ['pwd'],
  totp: ['otp'],
  recovery_code: [],
  passkey: ['pop', 'user'],
  passkey_presence: ['pop'],
  trusted_device: [],
}

/** Those that still count. */
export function counting(proofs: readonly Proof[], held: HeldFactors): Proof[] {
  return proofs.filter((proof) => counts(proof, held))
}

function counts({ method, factor }: Proof, held: HeldFactors): boolean {
  switch (method) {
    case 'password':
      return held.hasPassword
    case 'totp':
      return held.app !== undefined && held.app.id === factor
    case 'recovery_code':
      return needsTwo(held)
    case 'passkey':
    case 'passkey_presence':
      return factor !== undefined && held.passkeys.includes(factor)
    case 'trusted_device':
      return false
  }
}

/** Something known and something had; or something had that knows its owner. Two things that are had are one. */
export function areTwoFactors(counted: readonly Proof[]): boolean {
  const has = (...methods: readonly ProofMethod[]) =>
    counted.some(({ method }) => methods.includes(method))
  return has('passkey') || (has('password') && has('totp', 'recovery_code', 'passkey_presence'))
}
