import type { AccountId } from './core/accounts/index.ts'
import { Audit, type AuditEntry } from './core/audit/index.ts'
import type { Limited, Limits } from './core/limits/index.ts'
import type { UnitOfWork } from './core/unit-of-work.ts'
import type { Asking } from './http/asking.ts'
import type { Log } from './http/context.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import type { KeyRing } from './kernel/key-ring.ts'
import type { Meters } from './metrics/meters.ts'
import { noteEntry } from './metrics/note-entry.ts'
import { SqlAuditStore } from './stores/sql/audit.ts'
import type { UnitDatabase } from './stores/sql/unit-of-work.ts'

export interface AuditingPlace {
  readonly database: UnitDatabase
  readonly keys: KeyRing
  readonly clock: Clock
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly asking: Pick<Asking, 'client'>
  readonly meters: Meters
}

/** The audit trail. What is written in it goes to the log as well, a line each, and into the figures. */
export function openAudit({ database, log, asking, meters, ...ports }: AuditingPlace): Audit {
  return new Audit({
    store: new SqlAuditStore(database),
    unitOfWork: database,
    client: () => asking.client,
    told: (entry) => {
      log[entry.outcome === 'alarm' ? 'warn' : 'info']({ audit: entry }, 'audit')
      noteEntry(meters, entry)
    },
    ...ports,
  })
}

/** Writes down that a limit was reached: the first time since somebody was let through, and not too many of them. */
export function limitNoting(
  audit: Audit,
  limits: Limits,
  meters: Meters,
): (limited: Limited, subject: AccountId | undefined) => Promise<void> {
  return async ({ budget, wait, isFirst, device }, subject) => {
    meters.limitHit(budget)
    if (!isFirst || (await limits.take(['limit_events'], '')).kind === 'limited') return
    const about = { actor: 'stranger', subject } as const
    await audit.record('limit.reached', about, {
      budget,
      wait_seconds: Math.ceil(wait / 1000),
      ...(device !== undefined && { device }),
    })
  }
}

/** What happens in order, where not all of it is in the database: what is noted comes after what was done. */
export function inOrder(unit: UnitOfWork): UnitOfWork {
  return {
    run: (work) => work(),
    lastly: (work) => unit.lastly(work),
    afterwards: (work) => unit.afterwards(work),
  }
}

/** The same for what is done from a shell, by no request. */
export function openOperatorAudit(
  database: UnitDatabase,
  keys: KeyRing,
  told: (entry: AuditEntry) => void = () => undefined,
): Audit {
  return new Audit({
    store: new SqlAuditStore(database),
    unitOfWork: database,
    keys,
    clock: systemClock,
    client: () => ({ agent: '', address: '' }),
    told,
  })
}
