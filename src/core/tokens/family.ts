import type { Brand } from '../../kernel/brand.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { AccountId } from '../accounts/index.ts'

/** 22 characters. Only the family's own tokens and the database know it. */
export type FamilyId = Brand<string, 'FamilyId'>

/** All refresh tokens of one sign-in: each takes the place of the one before. */
export interface RefreshFamily {
  readonly id: FamilyId
  readonly accountId: AccountId
  /** The id of the session that everything here hangs on. */
  readonly session: string
  /** The number of the newest token; the first has 0. */
  readonly counter: number
  /** When that one was made. */
  readonly turnedAt: Instant
  /** When the session is over unless it is refreshed; after that nothing of the family is worth keeping. */
  readonly expiresAt: Instant
  /** Where the sign-in came from, as the client itself said. */
  readonly agent: string
  readonly address: string
  /** When an old token was presented: since then nothing of the family is good. */
  readonly reusedAt: Instant | undefined
}
