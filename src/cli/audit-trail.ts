import { openOperatorAudit } from '../auditing.ts'
import type { Configuration } from '../config/index.ts'
import { type AccountId, parseEmail } from '../core/accounts/index.ts'
import type { Audit, AuditEntry, AuditFilter, AuditType } from '../core/audit/index.ts'
import type { Instant } from '../kernel/clock.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { systemRandom } from '../kernel/random.ts'
import { existingKeys, openExisting } from '../storage.ts'
import { SqlAccountStore } from '../stores/sql/accounts.ts'
import type { UnitDatabase } from '../stores/sql/unit-of-work.ts'

export interface SearchFlags {
  readonly account?: string
  readonly type?: readonly AuditType[]
  readonly address?: string
  readonly since?: Instant
  readonly until?: Instant
  readonly limit?: number
  readonly json?: boolean
}

/** Lends the audit trail of an existing database; tells, and gives nothing, where no server has ever started. */
export async function withAudit(
  configuration: Configuration,
  work: (audit: Audit, database: UnitDatabase) => Promise<void>,
): Promise<void> {
  const database = await openExisting(configuration)
  if (!database) {
    console.error('No entries yet: the server has never started here.')
    return
  }
  await using _ = database
  await work(openOperatorAudit(database, existingKeys(configuration, systemRandom)), database)
}

/** @throws {ConfigurationError} There is no such account. */
export async function filterOf(
  { account, type, address, since, until }: SearchFlags,
  database: UnitDatabase,
): Promise<AuditFilter> {
  const subject = account === undefined ? undefined : await idOf(account, database)
  return { subject, types: type, address, since, until }
}

/** An account that is gone has its entries still, under its id. */
async function idOf(text: string, database: UnitDatabase): Promise<AccountId> {
  if (/^acc_[\w-]{22}$/.test(text)) return text as AccountId
  const address = parseEmail(text)
  const found = address && (await new SqlAccountStore(database).findByEmail(address.canonical))
  if (!found) throw new ConfigurationError(['there is no account with this address'])
  return found.id
}

/** As it is exported, and as the log has it. */
export function recordOf(entry: AuditEntry): Readonly<Record<string, unknown>> {
  const { seq, at, type, outcome, actor, subject, session, client, details, hash } = entry
  return {
    seq,
    at: new Date(at).toISOString(),
    type,
    outcome,
    actor,
    subject: subject ?? null,
    session: session ?? null,
    address: client.address,
    agent: client.agent,
    details,
    hash,
  }
}
