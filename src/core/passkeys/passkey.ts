import type { Brand } from '../../kernel/brand.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { AccountId } from '../accounts/index.ts'

/** Names a passkey of an account to its owner. Not the credential id, by which authenticators know it. */
export type PasskeyId = Brand<string, 'PasskeyId'>

/** The public half of a credential that an authenticator holds (WebAuthn Level 3). */
export interface Passkey {
  readonly id: PasskeyId
  readonly accountId: AccountId
  /** The authenticator's name for it, base64url; no two passkeys have the same. */
  readonly credentialId: string
  /** A COSE key, base64url. */
  readonly publicKey: string
  /** The signature counter that came last; 0 where the authenticator does not count. */
  readonly counter: number
  /** Can it be synced to other devices (BE)? Never changes. */
  readonly backupEligible: boolean
  /** Is it synced now (BS)? */
  readonly backedUp: boolean
  /** How browsers may reach it: `internal`, `hybrid`, `usb` and so on. */
  readonly transports: readonly string[]
  /** What its owner calls it. */
  readonly name: string
  readonly createdAt: Instant
  readonly usedAt: Instant | undefined
}
