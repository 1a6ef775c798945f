import type { Brand } from '../../kernel/brand.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { CanonicalEmail, Email } from './email.ts'
import type { PersonName } from './name.ts'

export type AccountId = Brand<string, 'AccountId'>

/** `disabled` accounts keep their data and are refused everywhere. */
export type AccountStatus = 'active' | 'disabled'

/** What somebody may do here. `admin` changes nothing yet but who must have a second factor. */
export type AccountRole = 'user' | 'admin'

/** The subject of every session. Holds no credential: those live in their own chapters and tables. */
export interface Account {
  readonly id: AccountId
  /** As the person wrote it; for display and for sending mail. */
  readonly email: Email
  /** As it is compared. */
  readonly canonicalEmail: CanonicalEmail
  readonly fullName: PersonName
  readonly status: AccountStatus
  readonly role: AccountRole
  /** Sessions made in an earlier epoch are dead. */
  readonly epoch: number
  readonly createdAt: Instant
  /** When it was known that the address belongs to this person; `undefined` while it is not. */
  readonly emailVerifiedAt: Instant | undefined
}
