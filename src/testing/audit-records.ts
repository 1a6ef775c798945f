import type { AccountId } from '../core/accounts/index.ts'
import { type AuditEntry, type AuditStore, type Link, link } from '../core/audit/index.ts'
import type { UnitOfWork } from '../core/unit-of-work.ts'
import { anInstant } from './records.ts'

/** Two that write one trail, as two nodes do, with nothing written yet; and the units that the first takes part in. */
export interface OpenedTrail {
  readonly store: AuditStore
  readonly other: AuditStore
  readonly unitOfWork: UnitOfWork
}

/** Under which entries are linked in tests. */
export const auditKey: Uint8Array = new Uint8Array(32).fill(7)

type AuditEvent = Parameters<typeof link>[0]

/** Somebody signs in at 2030-01-01T00:00:00Z. */
export function anAuditEvent(over: Partial<AuditEvent> = {}): AuditEvent {
  const subject = 'acc_ann' as AccountId
  return {
    at: anInstant('2030-01-01T00:00:00Z'),
    type: 'login.succeeded',
    outcome: 'success',
    actor: subject,
    subject,
    session: 'sn_one',
    client: { agent: 'Mozilla/5.0', address: '192.0.2.1' },
    details: { methods: ['password', 'totp'], level: 'aal2' },
    ...over,
  }
}

/** Gives it the place behind the last one: for `append`. */
export function linked(over: Partial<AuditEvent> = {}): (last: Link) => AuditEntry {
  return (last) => link(anAuditEvent(over), last, auditKey)
}
