import {
  type AuditEnds,
  type AuditEntry,
  type AuditFilter,
  type AuditStore,
  type Link,
  origin,
} from '../../core/audit/index.ts'
import type { Instant } from '../../kernel/clock.ts'

/** A trail in memory, open to whoever wants to alter it. */
export class MemoryAuditStore implements AuditStore {
  entries: AuditEntry[] = []
  last: Link = origin
  pruned: AuditEnds['pruned'] = { ...origin, seal: '' }

  async append(link: (last: Link) => AuditEntry): Promise<AuditEntry> {
    const entry = link(this.last)
    this.entries.push(entry)
    this.last = { seq: entry.seq, hash: entry.hash }
    return entry
  }

  async list(
    { subject, types, address, since, until, after, before }: AuditFilter,
    order: 'oldest' | 'newest',
    limit: number,
  ): Promise<AuditEntry[]> {
    const inOrder = this.entries.toSorted((a, b) => a.seq - b.seq)
    return (order === 'oldest' ? inOrder : inOrder.toReversed())
      .filter(
        (entry) =>
          (subject === undefined || entry.subject === subject) &&
          (types === undefined || types.includes(entry.type)) &&
          (address === undefined || entry.client.address === address) &&
          (since === undefined || entry.at >= since) &&
          (until === undefined || entry.at < until) &&
          (after === undefined || entry.seq > after) &&
          (before === undefined || entry.seq < before),
      )
      .slice(0, limit)
  }

  async ends(): Promise<AuditEnds> {
    return { last: this.last, pruned: this.pruned }
  }

  async prune(
    cutoff: Instant,
    limit: number,
    seal: (last: Link) => string,
  ): Promise<{ removed: number; through: number }> {
    const kept = this.entries.findIndex(({ at }) => at >= cutoff)
    const removed = Math.min(kept === -1 ? this.entries.length : kept, limit)
    const last = this.entries[removed - 1]
    if (!last) return { removed: 0, through: this.pruned.seq }
    const { seq, hash } = last
    this.entries.splice(0, removed)
    this.pruned = { seq, hash, seal: seal({ seq, hash }) }
    return { removed, through: seq }
  }
}
