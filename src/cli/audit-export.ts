import { stringify } from 'csv-stringify/sync'
import type { Configuration } from '../config/index.ts'
import type { AuditEntry } from '../core/audit/index.ts'
import { filterOf, recordOf, type SearchFlags, withAudit } from './audit-trail.ts'
import { openOutput } from './output.ts'
import { grouped } from './progress.ts'

interface ExportFlags extends SearchFlags {
  readonly format: 'csv' | 'jsonl'
  readonly output?: string
}

const columns = [
  'seq',
  'at',
  'type',
  'outcome',
  'actor',
  'subject',
  'session',
  'address',
  'agent',
  'details',
  'hash',
] as const

const batch = 1000

/** `sallyport audit export` */
export function exportAudit(flags: ExportFlags, configuration: Configuration): Promise<void> {
  return withAudit(configuration, async (audit, database) => {
    const filter = await filterOf(flags, database)
    const out = openOutput(flags.output)
    let count = 0
    let after = 0
    try {
      if (flags.format === 'csv') await out.write(`${columns.join(',')}\n`)
      for (;;) {
        const entries = await audit.list({ ...filter, after }, 'oldest', batch)
        await out.write(written(entries, flags.format))
        count += entries.length
        after = entries.at(-1)?.seq ?? after
        if (entries.length < batch || out.isClosed) break
      }
      out.finish()
    } catch (error) {
      out.discard()
      throw error
    }
    console.error(count === 0 ? 'Nothing found.' : `${grouped(count)} entries exported.`)
  })
}

function written(entries: readonly AuditEntry[], format: ExportFlags['format']): string {
  const records = entries.map(recordOf)
  if (format === 'jsonl') return records.map((record) => `${JSON.stringify(record)}\n`).join('')
  return stringify(
    records.map((record) => ({ ...record, details: JSON.stringify(record['details']) })),
    // Whoever is written of has chosen the text: a spreadsheet must not run it (OWASP ASVS 5.0, 1.2.10).
    { columns: [...columns], escape_formulas: true },
  )
}
