import type { Instant } from '../../../kernel/clock.ts'
import type { Person } from './everyone.ts'

/** A person in the fields that an import reads. */
export interface PersonRecord {
  readonly email: string
  readonly name: string
  /** Left out unless asked for. */
  readonly hash?: string
  readonly created: string
  readonly disabled: boolean
  /** When the address was verified. */
  readonly verified: string | undefined
}

export function recordOf(
  { account, hash }: Person,
  { withHashes }: { readonly withHashes: boolean },
): PersonRecord {
  return {
    email: account.email,
    name: account.fullName,
    ...(withHashes && hash !== undefined && { hash }),
    created: written(account.createdAt),
    disabled: account.status === 'disabled',
    verified: account.emailVerifiedAt && written(account.emailVerifiedAt),
  }
}

function written(instant: Instant): string {
  return new Date(instant).toISOString()
}
