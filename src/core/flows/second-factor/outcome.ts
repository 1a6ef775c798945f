import type { Refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { EnrolmentShown } from '../../factors/index.ts'
import type { Limited } from '../../limits/index.ts'
import type { Passkey, RegistrationRefusal } from '../../passkeys/index.ts'
import type { StartedSession } from '../../sessions/index.ts'

/**
 * `already_confirmed`: there is an app, which must be removed first. `no_enrolment`: nothing is being set up, or not
 * any more. `last_factor`: one is required here, and this is the last.
 */
export type SecondFactorRefusal =
  | 'not_authenticated'
  | 'already_confirmed'
  | 'no_enrolment'
  | 'no_factor'
  | 'wrong_code'
  | 'last_factor'
  | RegistrationRefusal

type Refusal = Refused<SecondFactorRefusal>

export type EnrolOutcome =
  | { readonly kind: 'enrolling'; readonly enrolment: EnrolmentShown }
  | Refusal

/** The codes are known this once. */
export type CodesOutcome = { readonly kind: 'made'; readonly codes: readonly Secret[] } | Refusal

/** With the first second factor of an account come its recovery codes, known this once. */
export type ConfirmOutcome =
  | ({
      readonly kind: 'confirmed'
      readonly codes: readonly Secret[] | undefined
    } & StartedSession)
  | Refusal

export type AddPasskeyOutcome =
  | ({
      readonly kind: 'added'
      readonly passkey: Passkey
      readonly codes: readonly Secret[] | undefined
    } & StartedSession)
  | Refusal

export type RemoveOutcome = ({ readonly kind: 'removed' } & StartedSession) | Limited | Refusal

/** What a browser has made, and what its owner calls it. */
export interface NewPasskey {
  readonly response: unknown
  readonly name: string
}
