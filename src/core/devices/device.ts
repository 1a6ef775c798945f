import type { Brand } from '../../kernel/brand.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { AccountId } from '../accounts/index.ts'

/** Names a trusted device to its owner. Not the token, and opens nothing. */
export type DeviceId = Brand<string, 'DeviceId'>

/** A browser where the code of an authenticator app was given, and is not asked for again. */
export interface TrustedDevice {
  readonly id: DeviceId
  readonly tokenHash: TokenHash
  readonly accountId: AccountId
  /** The account's epoch then: with a new password or another factor, nothing is trusted any more. */
  readonly epoch: number
  /** As the browser described itself, to be recognised by its owner. */
  readonly agent: string
  readonly address: string
  readonly createdAt: Instant
  readonly seenAt: Instant
  readonly expiresAt: Instant
}
