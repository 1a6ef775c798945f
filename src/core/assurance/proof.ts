import type { Instant } from '../../kernel/clock.ts'

/**
 * Ways to prove who one is.
 * - `passkey`: the authenticator saw that it is its owner (user verification). Two factors: the device, and what
 *   unlocks it.
 * - `passkey_presence`: somebody touched it, and that is all. One factor.
 * - `trusted_device`: a browser where the second factor was given lately. No factor: it only saves a prompt.
 */
export type ProofMethod =
  | 'password'
  | 'totp'
  | 'recovery_code'
  | 'passkey'
  | 'passkey_presence'
  | 'trusted_device'

/** Something that proved who a person is, and when. */
export interface Proof {
  readonly method: ProofMethod
  readonly at: Instant
  /** The app or passkey that it came from: with that, it is worth nothing any more. */
  readonly factor?: string
}

/** What is known when one more is given: of each method the latest. */
export function withProof(proofs: readonly Proof[], proof: Proof): Proof[] {
  return [...proofs.filter(({ method }) => method !== proof.method), proof]
}

/** Those that are younger than the instant. */
export function provedSince(proofs: readonly Proof[], since: Instant): Proof[] {
  return proofs.filter(({ at }) => at > since)
}
