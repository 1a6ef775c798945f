import { setTimeout as delay } from 'node:timers/promises'
import type { Configuration } from '../config/index.ts'
import type { Audit, AuditEntry } from '../core/audit/index.ts'
import { deviceOf } from '../http/device.ts'
import { filterOf, recordOf, type SearchFlags, withAudit } from './audit-trail.ts'
import { table } from './table.ts'

/** How often it is looked for what has come. Milliseconds. */
const lookEvery = 500

/** `sallyport audit tail` */
export function tailAudit(
  {
    lines,
    follow,
    json,
  }: { readonly lines: number; readonly follow?: boolean; readonly json?: boolean },
  configuration: Configuration,
): Promise<void> {
  return withAudit(configuration, async (audit) => {
    const newest = await audit.list({}, 'newest', lines)
    const shown = newest.reverse()
    show(shown, json)
    if (shown.length === 0 && !follow) console.error('No entries yet.')
    if (follow) await goOn(audit, shown.at(-1)?.seq ?? 0, json)
  })
}

/** `sallyport audit search` */
export function searchAudit(flags: SearchFlags, configuration: Configuration): Promise<void> {
  return withAudit(configuration, async (audit, database) => {
    const { limit = 100, json } = flags
    const found = await audit.list(await filterOf(flags, database), 'newest', limit + 1)
    if (found.length === 0) console.error('Nothing found.')
    show(found.slice(0, limit), json)
    if (found.length > limit) console.error(`There are more: --limit ${limit * 10} shows them.`)
  })
}

async function goOn(audit: Audit, from: number, json: boolean | undefined): Promise<void> {
  const stopped = new AbortController()
  process.once('SIGINT', () => stopped.abort()).once('SIGTERM', () => stopped.abort())
  let last = from
  while (!stopped.signal.aborted) {
    const come = await audit.list({ after: last }, 'oldest', 1000)
    show(come, json)
    last = come.at(-1)?.seq ?? last
    await delay(lookEvery, undefined, { signal: stopped.signal }).catch(() => undefined)
  }
}

function show(entries: readonly AuditEntry[], json = false): void {
  if (json) for (const entry of entries) console.log(JSON.stringify(recordOf(entry)))
  else for (const line of table(entries.map(cells), [0])) console.log(line)
}

function cells({ seq, at, type, outcome, actor, subject, client, details }: AuditEntry): string[] {
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ')
  const whose = subject === undefined || subject === actor ? '' : ` → ${subject}`
  const from = client.address === '' ? '-' : client.address
  const more = Object.entries(details).map(([name, value]) => `${name}=${written(value)}`)
  const device = client.agent === '' ? '-' : deviceOf(client.agent)
  const row = [String(seq), time, type, outcome, `${actor}${whose}`, from, device, more.join(' ')]
  return row.map(harmless)
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a client has sent moves no cursor and hides no line (CWE-150). */
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (one) => {
    const code = one.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
}
