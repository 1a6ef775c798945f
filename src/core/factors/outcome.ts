import type { Instant } from '../../kernel/clock.ts'
import type { Refused } from '../../kernel/outcome.ts'
import type { Secret } from '../../kernel/secret.ts'
import type { FactorId } from './factor.ts'

/** What the owner of an account needs to set up an app. To be shown to nobody else, and not after it is confirmed. */
export interface EnrolmentShown {
  readonly id: FactorId
  /** For a QR code: `otpauth://totp/…`. */
  readonly uri: Secret
  /** The same secret, in groups of four to type. */
  readonly typed: Secret
  readonly expiresAt: Instant
}

/** What `confirm` can be told about an app that is confirmed already. */
export interface ConfirmOptions {
  /** Take its place. Without this it stays, and the enrolment is refused. */
  readonly replace?: boolean
  /** Done once the code is right, and before the app is put to use; `false` where it may not be. */
  readonly first?: () => Promise<boolean>
}

export type ConfirmOutcome =
  | { readonly kind: 'confirmed'; readonly at: Instant }
  | Refused<'wrong_code' | 'no_enrolment' | 'expired' | 'already_confirmed'>

/** A wrong code, and how many there were in a row. Of parallel ones one alone is told that it `disables` the app. */
export interface WrongCode extends Refused<'wrong_code'> {
  readonly failures: number
  readonly disables: boolean
}

/**
 * The reasons are for the log and for the owner's notice: whoever presented a code is told that it was not
 * accepted, whether it was `wrong_code` or `replayed`. The latter was right, and somebody has used it.
 */
export type CheckOutcome =
  | { readonly kind: 'accepted'; readonly factor: FactorId }
  | WrongCode
  | Refused<'replayed' | 'no_factor' | 'disabled'>

/** `replayed` is for the log, as above. */
export type RecoveryOutcome =
  | { readonly kind: 'accepted'; readonly left: number }
  | Refused<'wrong_code' | 'replayed'>

/** `codes` are to be shown once, to the owner of the account. */
export type RecoveryCodesOutcome =
  | { readonly kind: 'made'; readonly codes: readonly Secret[] }
  | Refused<'no_factor'>
