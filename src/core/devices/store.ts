import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'
import type { AccountId } from '../accounts/index.ts'
import type { DeviceId, TrustedDevice } from './device.ts'

/** Keeps trusted devices. Promises, proven for each store by `deviceStoreContract`: */
export interface DeviceStore {
  /** Adds a device, and removes those of the account that were used longest ago, until `most` are left. */
  insert(device: TrustedDevice, most: number): Promise<void>

  /**
   * Notes a use at `now`, and tells whether the device is trusted: by this account, in this epoch, before its
   * `expiresAt`.
   */
  use(hash: TokenHash, owner: AccountId, epoch: number, now: Instant): Promise<boolean>

  /** Those that are trusted at `now`, the last used first. */
  list(owner: AccountId, epoch: number, now: Instant): Promise<TrustedDevice[]>

  /** `false` when the account has no such device. */
  remove(owner: AccountId, id: DeviceId): Promise<boolean>

  /** Removes up to `limit` that have expired, and tells how many: housekeeping, nothing depends on it. */
  sweep(now: Instant, limit: number): Promise<number>
}
