import type { Configuration } from '../config/index.ts'
import type { Audit, Finding, Verdict } from '../core/audit/index.ts'
import { withAudit } from './audit-trail.ts'
import { grouped, Progress } from './progress.ts'

/** An entry that was the last once, kept elsewhere. */
export interface Anchor {
  readonly seq: number
  readonly hash: string
}

/** `sallyport audit verify` */
export function verifyAudit(
  { expect }: { readonly expect?: Anchor },
  configuration: Configuration,
): Promise<void> {
  return withAudit(configuration, async (audit) => {
    const verdict = await progressing(audit)
    const missing = expect && !(await isThere(audit, expect, verdict))
    for (const finding of verdict.findings) console.log(describe(finding))
    if (missing) console.log(`The entry ${expect.seq} that was expected is not there.`)
    console.log(summaryOf(verdict))
    if (missing || verdict.findings.length > 0) {
      console.log('The audit trail does not hold together.')
      process.exitCode = 1
      return
    }
    if (verdict.entries === 0) return
    console.log(
      `Nothing was altered, taken away or moved. Last entry: ${verdict.last.seq}:${verdict.last.hash}`,
    )
  })
}

async function progressing(audit: Audit): Promise<Verdict> {
  const [newest] = await audit.list({}, 'newest', 1)
  const [oldest] = await audit.list({}, 'oldest', 1)
  const total = newest && oldest ? newest.seq - oldest.seq + 1 : 0
  const progress = new Progress({
    label: 'verifying',
    total,
    stream: process.stderr,
    stopwatch: () => performance.now(),
  })
  const verdict = await audit.verify((entries) =>
    progress.update(Math.min(entries, total), entries),
  )
  progress.end()
  return verdict
}

/** An anchor among those that were removed because they were old is as good as there. */
async function isThere(audit: Audit, { seq, hash }: Anchor, { pruned }: Verdict): Promise<boolean> {
  if (seq <= pruned) return true
  const [entry] = await audit.list({ after: seq - 1, before: seq + 1 }, 'oldest', 1)
  return entry?.hash === hash
}

function summaryOf({ entries, pruned }: Verdict): string {
  const old =
    pruned === 0 ? '' : `; ${grouped(pruned)} older ones were removed because of their age`
  return entries === 0 ? `No entries${old}.` : `${grouped(entries)} entries read${old}.`
}

function describe(finding: Finding): string {
  switch (finding.kind) {
    case 'altered':
      return `Entry ${finding.seq} is not as it was written, not where it was written, or of another master key.`
    case 'missing':
      return finding.from === finding.to
        ? `Entry ${finding.from} is missing.`
        : `Entries ${finding.from} to ${finding.to} are missing.`
    case 'cut':
      return `The entries up to ${finding.through} were taken away, and not because of their age.`
  }
}
