import type { Instant } from '../../kernel/clock.ts'
import type { AccountId } from '../accounts/index.ts'
import type { Link } from './chain.ts'
import type { AuditEntry, AuditType } from './event.ts'

/** Which entries. All that is given must be true of one. */
export interface AuditFilter {
  readonly subject?: AccountId | undefined
  readonly types?: readonly AuditType[] | undefined
  readonly address?: string | undefined
  /** From this instant on. */
  readonly since?: Instant | undefined
  /** Before this instant. */
  readonly until?: Instant | undefined
  /** Written after this one. */
  readonly after?: number | undefined
  /** Written before this one. */
  readonly before?: number | undefined
}

/** What stands at both ends of the trail. */
export interface AuditEnds {
  /** The entry that was written last. */
  readonly last: Link
  /** The last of those that were removed because they were old, and the seal that says so. */
  readonly pruned: Link & { readonly seal: string }
}

/** Keeps the audit trail: entries are added at its end, and removed at its beginning. Contract: `auditStoreContract`. */
export interface AuditStore {
  /**
   * Adds the entry that `link` makes of the last one. Of any number of parallel callers, on any number of nodes, each
   * is given the entry of the one before it. Part of the unit of work that it is called in.
   */
  append(link: (last: Link) => AuditEntry): Promise<AuditEntry>

  /** Up to `limit` entries, in the order in which they were written, or the last ones first. */
  list(filter: AuditFilter, order: 'oldest' | 'newest', limit: number): Promise<AuditEntry[]>

  ends(): Promise<AuditEnds>

  /**
   * Removes what was written before the first entry that is not older than `cutoff`, and notes what `seal` makes of the
   * last of them; up to `limit`. Tells how many, and which was the last.
   */
  prune(
    cutoff: Instant,
    limit: number,
    seal: (last: Link) => string,
  ): Promise<{ readonly removed: number; readonly through: number }>
}
