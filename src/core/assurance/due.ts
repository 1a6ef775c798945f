import { type HeldFactors, needsTwo } from './held.ts'
import { areTwoFactors, counting } from './level.ts'
import type { Proof } from './proof.ts'

/** What somebody can be asked for next. */
export type OfferedProof = 'password' | 'totp' | 'recovery_code' | 'passkey'

/**
 * - `nothing`: they have proved who they are.
 * - `proof`: one of these comes next. Of none, nothing that this account has would do.
 * - `enrolment`: a second factor is required here, and the account has none yet.
 */
export type Due =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'proof'; readonly offers: readonly OfferedProof[] }
  | { readonly kind: 'enrolment' }

export interface DueOptions {
  /** Must everybody have a second factor, as the operator wants it? */
  readonly isRequired?: boolean
  /** Does the request come from a browser that this account trusts? */
  readonly isTrusted?: boolean
}

/**
 * What is still to be proved: the one rule of every sign-in and of every sensitive action. Sign-ins give what was
 * proved in them, sensitive actions what was proved lately.
 */
export function stillDue(
  proofs: readonly Proof[],
  held: HeldFactors,
  { isRequired = false, isTrusted = false }: DueOptions = {},
): Due {
  const proved = counting(proofs, held)
  if (areTwoFactors(proved)) return { kind: 'nothing' }
  const hasPassword = proved.some(({ method }) => method === 'password')
  if (!hasPassword) return { kind: 'proof', offers: firstOffers(held) }
  if (!needsTwo(held)) return { kind: isRequired ? 'enrolment' : 'nothing' }
  // Never where the app is disabled, and only for its code: a passkey is as quick as any prompt that is saved.
  if (isTrusted && held.app?.isDisabled === false) return { kind: 'nothing' }
  return { kind: 'proof', offers: secondOffers(held) }
}

function firstOffers({ hasPassword, passkeys }: HeldFactors): OfferedProof[] {
  return [
    ...(hasPassword ? (['password'] as const) : []),
    ...(passkeys.length > 0 ? (['passkey'] as const) : []),
  ]
}

/** What goes with a password. A disabled app is not among it: recovery codes and passkeys are what is left. */
function secondOffers({ app, recoveryCodes, passkeys }: HeldFactors): OfferedProof[] {
  return [
    ...(app?.isDisabled === false ? (['totp'] as const) : []),
    ...(passkeys.length > 0 ? (['passkey'] as const) : []),
    ...(recoveryCodes > 0 ? (['recovery_code'] as const) : []),
  ]
}
