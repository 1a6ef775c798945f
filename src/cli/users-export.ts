import { stringify } from 'csv-stringify/sync'
import { openOperatorAudit } from '../auditing.ts'
import type { Configuration } from '../config/index.ts'
import type { AuditDetails } from '../core/audit/index.ts'
import { everyone, type PersonRecord, recordOf } from '../core/flows/export/index.ts'
import { systemRandom } from '../kernel/random.ts'
import { existingKeys, openExisting } from '../storage.ts'
import { SqlAccountStore } from '../stores/sql/accounts.ts'
import { SqlPasswordStore } from '../stores/sql/passwords.ts'
import type { UnitDatabase } from '../stores/sql/unit-of-work.ts'
import { openOutput } from './output.ts'
import { grouped } from './progress.ts'
import type { Format } from './source/file.ts'

export interface ExportOptions {
  readonly format: Format
  /** A file; standard output without one. */
  readonly output: string | undefined
  readonly withHashes: boolean
}

/** `sallyport users export` */
export async function exportUsers(
  options: ExportOptions,
  configuration: Configuration,
): Promise<void> {
  if (options.withHashes) console.error(warning)
  const database = await openExisting(configuration)
  const out = openOutput(options.output)
  let count = 0
  try {
    await out.write(headOf(options))
    if (database) {
      const [accounts, passwords] = [new SqlAccountStore(database), new SqlPasswordStore(database)]
      for await (const page of everyone({ accounts, passwords })) {
        if (out.isClosed) break
        await out.write(
          written(
            page.map((person) => recordOf(person, options)),
            options,
          ),
        )
        count += page.length
      }
    }
    out.finish()
    if (database)
      await note(database, configuration, { accounts: count, with_hashes: options.withHashes })
  } catch (error) {
    out.discard()
    throw error
  } finally {
    await database?.close()
  }
  console.error(count === 0 ? 'No accounts yet.' : `${grouped(count)} accounts exported.`)
}

/** Who has taken everybody's addresses, and perhaps their hashes, may matter later. */
async function note(
  database: UnitDatabase,
  configuration: Configuration,
  details: AuditDetails['accounts.exported'],
): Promise<void> {
  const audit = openOperatorAudit(database, existingKeys(configuration, systemRandom))
  await audit.record('accounts.exported', { actor: 'operator' }, details)
}

const warning =
  'warning: whoever has this file can guess the passwords in it, as often as they like and without ' +
  'this server. Keep it encrypted, and delete it when it has served.'

function columnsOf({ withHashes }: ExportOptions): (keyof PersonRecord)[] {
  return [
    'email',
    'name',
    ...(withHashes ? ['hash' as const] : []),
    'created',
    'disabled',
    'verified',
  ]
}

function headOf(options: ExportOptions): string {
  return options.format === 'csv' ? `${columnsOf(options).join(',')}\n` : ''
}

function written(records: readonly PersonRecord[], options: ExportOptions): string {
  if (options.format === 'jsonl') {
    return records.map((record) => `${JSON.stringify(record)}\n`).join('')
  }
  return stringify([...records], { columns: columnsOf(options), cast: { boolean: String } })
}
