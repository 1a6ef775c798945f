import { hmacSha256 } from '../../kernel/hmac.ts'
import type { AuditEntry } from './event.ts'

/** An entry that has no place yet. */
export type Unlinked = Omit<AuditEntry, 'seq' | 'hash'>

/** The end of what has been written: the next entry is linked to it. */
export interface Link {
  readonly seq: number
  readonly hash: string
}

/** Before the first entry. */
export const origin: Link = { seq: 0, hash: '' }

/**
 * Gives an entry its place. The hash is keyed: who can write to the database and has no master key can take entries
 * away, alter or move them, and make no chain that holds together.
 */
export function link(entry: Unlinked, last: Link, key: Uint8Array): AuditEntry {
  const placed = { ...entry, seq: last.seq + 1 }
  return { ...placed, hash: hashOf(placed, last.hash, key) }
}

/** Does this entry stand where it was written, as it was written? */
export function isLinked(entry: AuditEntry, last: Link, keys: readonly Uint8Array[]): boolean {
  return keys.some((key) => hashOf(entry, last.hash, key) === entry.hash)
}

/** What proves that everything up to here was removed on purpose. */
export function sealOfPruned({ seq, hash }: Link, key: Uint8Array): string {
  return hmacSha256(key, JSON.stringify(['pruned', seq, hash]))
}

function hashOf(entry: Omit<AuditEntry, 'hash'>, before: string, key: Uint8Array): string {
  const { seq, at, type, outcome, actor, subject, session, client, details } = entry
  const text = JSON.stringify([
    before,
    seq,
    at,
    type,
    outcome,
    actor,
    subject ?? null,
    session ?? null,
    client.address,
    client.agent,
    details,
  ])
  return hmacSha256(key, text)
}
