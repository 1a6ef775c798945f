import type { Kysely, SelectQueryBuilder } from 'kysely'
import type {
  AuditEnds,
  AuditEntry,
  AuditFilter,
  AuditStore,
  Link,
} from '../../core/audit/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import { appendAfter } from './audit-append.ts'
import type { Database, Executor } from './database.ts'
import type { AuditEndsRow, AuditEntryRow, Schema } from './schema.ts'

/** The audit trail in the `audit_entries` table, and its ends in the one row of `audit_ends`. */
export class SqlAuditStore implements AuditStore {
  readonly #db: Database
  /** What is written here last, or on its way. Whether the trail ends there, the database says. */
  #last: Link | undefined

  constructor(db: Database) {
    this.#db = db
  }

  async append(link: (last: Link) => AuditEntry): Promise<AuditEntry> {
    // Mostly nobody else has written since: then it needs not be asked where the trail ends.
    const guessed = this.#last && (await this.#appendTo(this.#db, this.#last, link))
    if (guessed) return guessed
    return this.#db.transaction(async (executor) => {
      const { last_seq: seq, last_hash: hash } = await this.#hold(executor.kysely)
      return known(await this.#appendTo(executor, { seq, hash }, link))
    })
  }

  /** `undefined` where the trail does not end there. Whoever comes meanwhile goes on from what is on its way. */
  async #appendTo(
    executor: Executor,
    last: Link,
    link: (last: Link) => AuditEntry,
  ): Promise<AuditEntry | undefined> {
    const entry = link(last)
    this.#last = { seq: entry.seq, hash: entry.hash }
    let isAdded = false
    try {
      isAdded = await appendAfter(this.#db.dialect, executor, toRow(entry), last)
    } finally {
      if (!isAdded) this.#last = undefined
    }
    return isAdded ? entry : undefined
  }

  async list(
    filter: AuditFilter,
    order: 'oldest' | 'newest',
    limit: number,
  ): Promise<AuditEntry[]> {
    // An empty list is no SQL on PostgreSQL.
    if (filter.types?.length === 0) return []
    const entries = filtered(this.#db.kysely.selectFrom('audit_entries').selectAll(), filter)
    const ordered = entries.orderBy('seq', order === 'oldest' ? 'asc' : 'desc')
    return (await ordered.limit(limit).execute()).map(entryOf)
  }

  async ends(): Promise<AuditEnds> {
    const row = known(await this.#db.kysely.selectFrom('audit_ends').selectAll().executeTakeFirst())
    return {
      last: { seq: row.last_seq, hash: row.last_hash },
      pruned: { seq: row.pruned_seq, hash: row.pruned_hash, seal: row.pruned_seal },
    }
  }

  prune(
    cutoff: Instant,
    limit: number,
    seal: (last: Link) => string,
  ): Promise<{ removed: number; through: number }> {
    return this.#db.transaction(async ({ kysely }) => {
      const ends = await this.#hold(kysely)
      const oldest = await kysely
        .selectFrom('audit_entries')
        .select(['seq', 'at', 'hash'])
        .orderBy('seq')
        .limit(limit)
        .execute()
      const kept = oldest.findIndex(({ at }) => at >= cutoff)
      const removed = kept === -1 ? oldest.length : kept
      const last = oldest[removed - 1]
      if (!last) return { removed: 0, through: ends.pruned_seq }
      await kysely.deleteFrom('audit_entries').where('seq', '<=', last.seq).execute()
      await kysely
        .updateTable('audit_ends')
        .set({ pruned_seq: last.seq, pruned_hash: last.hash, pruned_seal: seal(last) })
        .execute()
      return { removed, through: last.seq }
    })
  }

  /** From here to the end of the transaction nobody else adds or removes. SQLite has one writer at a time. */
  async #hold(kysely: Kysely<Schema>): Promise<AuditEndsRow> {
    const ends = kysely.selectFrom('audit_ends').selectAll()
    const held = this.#db.dialect === 'postgres' ? ends.forUpdate() : ends
    return known(await held.executeTakeFirst())
  }
}

/** The migration has put it there, and nothing of ours takes it away. */
function known<Found>(row: Found | undefined): Found {
  if (!row) throw new Error('the row of audit_ends is gone: somebody has altered the audit trail')
  return row
}

type Entries = SelectQueryBuilder<Schema, 'audit_entries', AuditEntryRow>

function filtered(entries: Entries, filter: AuditFilter): Entries {
  const { subject, types, address, since, until, after, before } = filter
  return entries
    .$if(subject !== undefined, (of) => of.where('subject', '=', subject ?? ''))
    .$if(types !== undefined, (of) => of.where('type', 'in', [...(types ?? [])]))
    .$if(address !== undefined, (of) => of.where('address', '=', address ?? ''))
    .$if(since !== undefined, (of) => of.where('at', '>=', since ?? 0))
    .$if(until !== undefined, (of) => of.where('at', '<', until ?? 0))
    .$if(after !== undefined, (of) => of.where('seq', '>', after ?? 0))
    .$if(before !== undefined, (of) => of.where('seq', '<', before ?? 0))
}

function toRow(entry: AuditEntry): AuditEntryRow {
  return {
    seq: entry.seq,
    at: entry.at,
    type: entry.type,
    outcome: entry.outcome,
    actor: entry.actor,
    subject: entry.subject ?? null,
    session: entry.session ?? null,
    address: entry.client.address,
    agent: entry.client.agent,
    details: JSON.stringify(entry.details),
    hash: entry.hash,
  }
}

/** Whatever stands there: that it is what was written is for `verify()` to say. */
function entryOf(row: AuditEntryRow): AuditEntry {
  return {
    seq: row.seq,
    at: row.at,
    type: row.type,
    outcome: row.outcome,
    actor: row.actor,
    subject: row.subject ?? undefined,
    session: row.session ?? undefined,
    client: { agent: row.agent, address: row.address },
    details: readDetails(row.details),
    hash: row.hash,
  } as AuditEntry
}

/** Text that somebody else has put there is no reason to stop: the chain will not hold. */
function readDetails(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { unreadable: text }
  }
}
