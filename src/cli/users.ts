import { type Command, Option } from 'commander'
import type { Configuration } from '../config/index.ts'
import { readColumns } from '../core/flows/import/index.ts'
import { type Format, formatOf, formats, openSource } from './source/file.ts'
import { SourceError } from './source/source.ts'
import { exportUsers } from './users-export.ts'
import { batchSize, importUsers } from './users-import.ts'
import { addSecurityCommands } from './users-security.ts'

/** `sallyport users` */
export function addUsersCommand(program: Command, configuration: () => Configuration): void {
  const users = program
    .command('users')
    .description(
      'bring accounts along, take them elsewhere, and see to their roles and second factors',
    )
    .action(() => users.outputHelp())
  addImport(users, configuration)
  addExport(users, configuration)
  addSecurityCommands(users, configuration)
}

interface ImportFlags {
  readonly format?: Format
  readonly column?: readonly string[]
  readonly hashTemplate?: string
  readonly apply?: boolean
  readonly skipRefused?: boolean
  readonly refusals?: string
}

function addImport(users: Command, configuration: () => Configuration): void {
  const command = users
    .command('import')
    .summary('import accounts, with their password hashes, from CSV or JSON lines')
    .description(
      'Import accounts, with their password hashes, from CSV or JSON lines.\n\n' +
        'Without --apply the file is judged and nothing is written. Accounts that are there already ' +
        'are never changed, so an import that was interrupted can be run again.',
    )
    .argument('<file>', '.csv with a line of column names, or .jsonl or .ndjson')
    .addOption(formatOption('what the file is, if its name does not say'))
    .option(
      '--column <field=column>',
      'the column of a field, if it has another name; again for each',
      (one: string, others: readonly string[] = []) => [...others, one],
    )
    .option('--hash-template <text>', 'makes the hash of several columns, such as "{salt}:{hash}"')
    .option('--apply', 'write the accounts')
    .option('--skip-refused', 'leave refused rows out, instead of writing nothing')
    .option('--refusals <file>', 'write every refusal to this file, as JSON lines')
    .addHelpText('after', importHelp)
  command.action(async (path: string, flags: ImportFlags) => {
    const read = readColumns(flags.column ?? [], flags.hashTemplate)
    if ('problem' in read) return command.error(`error: ${read.problem}`)
    const format = flags.format ?? formatOf(path)
    if (!format) return command.error('error: say what the file is by --format csv or jsonl')
    const { columns } = read
    const { apply = false, skipRefused = false, refusals } = flags
    const required = [columns.nameOf('email'), ...columns.named]
    try {
      const source = openSource(path, { format, required: [...new Set(required)], batchSize })
      await importUsers({ source, columns, apply, skipRefused, refusals }, configuration())
    } catch (error) {
      if (error instanceof SourceError) command.error(`error: ${error.message}`)
      throw error
    }
  })
}

const importHelp = `
Fields:
  email     required
  name      what stands before the @ when it is left out
  hash      the password hash, as the other system keeps it; without one the account has no password
  created   a date, or seconds or milliseconds since 1970; UTC where no zone is given
  disabled  true or false
  verified  whether the e-mail address is known to be theirs: true, false, or the date since when

Columns:
  --column email=E-mail             another name
  --column hash=credentials.0       a path into JSON lines; an object is taken as its JSON
  --column 'disabled=!is_active'    the contrary of a column
  --hash-template '\${salt}\${hash}'  {column} is a value, {{ is a brace, all else is itself

Exit codes:
  0  imported, or nothing is refused
  1  rows are refused, and nothing was written
  2  a mistake in the command line or in the file's first line

Examples:
  sallyport users import users.csv
  sallyport users import users.csv --column hash=password --column 'disabled=!is_active' --apply
  sallyport users import keycloak.jsonl --column hash=credentials.0 --refusals refused.jsonl

There is a guide for Django, Flask, passlib, Keycloak, Firebase, Auth0, WordPress and better-auth.`

interface ExportFlags {
  readonly format?: Format
  readonly output?: string
  readonly withHashes?: boolean
}

function addExport(users: Command, configuration: () => Configuration): void {
  users
    .command('export')
    .summary('export all accounts as CSV or JSON lines')
    .description(
      'Export all accounts as CSV or JSON lines, ordered by e-mail address, in the fields that ' +
        '`sallyport users import` reads.',
    )
    .addOption(formatOption("csv, unless the output's name says otherwise"))
    .option('--output <file>', 'write to this file, readable by its owner only')
    .option('--with-hashes', 'with the password hashes: a secret from then on')
    .addHelpText('after', exportHelp)
    .action(({ format, output, withHashes = false }: ExportFlags) =>
      exportUsers(
        { format: format ?? formatOf(output ?? '') ?? 'csv', output, withHashes },
        configuration(),
      ),
    )
}

const exportHelp = `
Names are written as they are. One that begins with = is a formula to a spreadsheet: open the file
with something else, or import its columns as text.

Examples:
  sallyport users export > users.csv
  sallyport users export --output users.jsonl --with-hashes`

function formatOption(description: string): Option {
  return new Option('--format <format>', description).choices(formats)
}
