import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Configuration } from '../config/index.ts'
import { type AuditType, auditTypes } from '../core/audit/index.ts'
import type { Instant } from '../kernel/clock.ts'
import { exportAudit } from './audit-export.ts'
import { searchAudit, tailAudit } from './audit-read.ts'
import type { SearchFlags } from './audit-trail.ts'
import { type Anchor, verifyAudit } from './audit-verify.ts'
import { formatOf, formats } from './source/file.ts'

/** `sallyport audit` */
export function addAuditCommand(program: Command, configuration: () => Configuration): void {
  const audit = program
    .command('audit')
    .description('read the audit trail, take it elsewhere, and prove that nobody has altered it')
    .action(() => audit.outputHelp())
  addTail(audit, configuration)
  addSearch(audit, configuration)
  addExport(audit, configuration)
  addVerify(audit, configuration)
}

function addTail(audit: Command, configuration: () => Configuration): void {
  audit
    .command('tail')
    .description('show the last entries, and with --follow those that come')
    .addOption(count('--lines <count>', 'how many', 1, 10_000).default(20))
    .option('--follow', 'go on until Ctrl-C')
    .addOption(json())
    .action((flags: { lines: number; follow?: boolean; json?: boolean }) =>
      tailAudit(flags, configuration()),
    )
}

function addSearch(audit: Command, configuration: () => Configuration): void {
  const search = audit
    .command('search')
    .description(
      'show entries of an account, of a kind, from an address or of a time, the last first',
    )
    .addOption(count('--limit <count>', 'how many at the most', 1, 100_000).default(100))
    .addOption(json())
  filters(search).action((flags: SearchFlags) => searchAudit(flags, configuration()))
}

function addExport(audit: Command, configuration: () => Configuration): void {
  const command = audit
    .command('export')
    .summary('export entries as JSON lines or CSV, in the order in which they were written')
    .description(
      'Export entries as JSON lines or CSV, in the order in which they were written. In CSV a text that a ' +
        'spreadsheet would take for a formula begins with an apostrophe.',
    )
    .addOption(
      new Option('--format <format>', "jsonl, unless the output's name says otherwise").choices(
        formats,
      ),
    )
    .option('--output <file>', 'write to this file, readable by its owner only')
  filters(command).action((flags: SearchFlags & { format?: 'csv' | 'jsonl'; output?: string }) =>
    exportAudit(
      { ...flags, format: flags.format ?? formatOf(flags.output ?? '') ?? 'jsonl' },
      configuration(),
    ),
  )
}

function addVerify(audit: Command, configuration: () => Configuration): void {
  audit
    .command('verify')
    .summary('prove that no entry was altered, taken away or moved')
    .description(
      'Prove that no entry was altered, taken away or moved: each is tied to all before it, by the master key. ' +
        'Whoever can also put the end of the trail back can take away its last entries unseen: so keep what this ' +
        'command prints as the last entry, or the log, elsewhere, and ask for it with --expect.',
    )
    .option(
      '--expect <seq:hash>',
      'an entry that was the last before and must still be there',
      anchorOf,
    )
    .addHelpText('after', '\nExit codes:\n  0  it holds together\n  1  it does not')
    .action((flags: { expect?: Anchor }) => verifyAudit(flags, configuration()))
}

function anchorOf(text: string): Anchor {
  const [, seq, hash = ''] = /^(\d{1,15}):([\w-]{43})$/.exec(text) ?? []
  if (!seq)
    throw new InvalidArgumentError('It is a number, a colon and a hash, as verify prints it.')
  return { seq: Number(seq), hash }
}

function filters(command: Command): Command {
  return command
    .option('--account <email or id>', 'whose account it is about')
    .addOption(
      new Option('--type <type>', 'what happened, such as login.refused; again for each').argParser(
        (one: string, others: readonly AuditType[] = []) => [...others, typeOf(one)],
      ),
    )
    .option('--address <address>', 'from where')
    .option('--since <date>', 'from this time on: 2026-11-29, or 2026-11-29T08:00:00Z', instantIn)
    .option('--until <date>', 'before this time', instantIn)
}

function typeOf(text: string): AuditType {
  const types = Object.keys(auditTypes) as AuditType[]
  const type = types.find((one) => one === text)
  if (!type) throw new InvalidArgumentError(`There are: ${types.join(', ')}.`)
  return type
}

/** UTC where no zone is given. */
function instantIn(text: string): Instant {
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(text)
  const parsed = /^\d{4}-\d\d-\d\d/.test(text)
    ? Date.parse(hasZone || !text.includes('T') ? text : `${text}Z`)
    : Number.NaN
  if (Number.isNaN(parsed)) throw new InvalidArgumentError('It is a date, such as 2026-11-29.')
  return parsed as Instant
}

function count(flags: string, about: string, min: number, max: number): Option {
  return new Option(flags, about).argParser((text) => {
    const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
    if (number >= min && number <= max) return number
    throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`)
  })
}

function json(): Option {
  return new Option('--json', 'as JSON lines')
}
