import { closeSync, openSync } from 'node:fs'
import { openOperatorAudit } from '../auditing.ts'
import type { Configuration } from '../config/index.ts'
import {
  type Columns,
  Import,
  type ImportStores,
  type Newcomer,
  Tally,
} from '../core/flows/import/index.ts'
import { describeHashing, openHashReader } from '../hashing.ts'
import { systemClock } from '../kernel/clock.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { systemRandom } from '../kernel/random.ts'
import { bringUpToDate, openExisting, openStorage } from '../storage.ts'
import { SqlAccountStore } from '../stores/sql/accounts.ts'
import { SqlPasswordStore } from '../stores/sql/passwords.ts'
import { hashTable } from './hash-table.ts'
import { grouped, Progress } from './progress.ts'
import { Refusals } from './refusals.ts'
import type { Source } from './source/file.ts'
import { table } from './table.ts'

/** Each is one transaction: large enough to be fast, small enough to be let others write between. */
export const batchSize = 500

export interface ImportOptions {
  readonly source: Source
  readonly columns: Columns
  readonly apply: boolean
  readonly skipRefused: boolean
  /** A file for all refusals. */
  readonly refusals: string | undefined
}

/** `sallyport users import`: judges the whole file first, and writes only then. */
export async function importUsers(
  options: ImportOptions,
  configuration: Configuration,
): Promise<void> {
  const survey = await surveyFile(options, configuration)
  for (const line of describeSurvey(survey, options, configuration)) console.log(line)
  if (survey.refusals.rows > 0 && !options.skipRefused) {
    const what = options.apply ? 'Nothing was written, because rows are refused.' : notWritten
    console.log(`${what} Mend them, or leave them out by --skip-refused.`)
    process.exitCode = 1
  } else if (options.apply) {
    await writeFile(options, configuration)
  } else {
    console.log(`${notWritten} Add --apply to import.`)
  }
}

const notWritten = 'Nothing was written.'

interface Survey {
  readonly tally: Tally
  readonly refusals: Refusals
  readonly added: number
  readonly present: number
  readonly disabled: number
}

async function surveyFile(options: ImportOptions, configuration: Configuration): Promise<Survey> {
  const file = options.refusals === undefined ? undefined : privateFile(options.refusals)
  const database = await openExisting(configuration)
  const accounts = database ? new SqlAccountStore(database) : nobody
  const [tally, refusals] = [new Tally(), new Refusals(file)]
  const counts = { added: 0, present: 0, disabled: 0 }
  try {
    const reading = newImport(options, configuration)
    for await (const rows of progressing(options.source, 'checking')) {
      const { newcomers, refused } = reading.read(rows)
      for (const row of refused) refusals.add(row)
      for (const newcomer of newcomers) tally.add(newcomer.reading)
      const { added, present } = await reading.foresee(newcomers, accounts)
      counts.added += added
      counts.present += present
      counts.disabled += newcomers.filter(isDisabled).length
    }
  } finally {
    await database?.close()
    if (file !== undefined) closeSync(file)
  }
  return { ...counts, tally, refusals }
}

function describeSurvey(survey: Survey, { source }: ImportOptions, configuration: Configuration) {
  const { tally, refusals, added, present, disabled } = survey
  const rows = tally.accounts + refusals.rows
  if (rows === 0) return [`${source.path} holds no rows.`, '']
  const making = describeHashing(configuration).scheme
  const counts = [
    ['new', added],
    ['there already, and left as they are', present],
    ['refused', refusals.rows],
    ['without a password', tally.countOf('no_password')],
    ['disabled', disabled],
  ] as const
  return [
    `${source.path}: ${grouped(rows)} rows`,
    '',
    ...(tally.accounts > 0 ? [...hashTable(tally.lines, making), ''] : []),
    ...table(
      counts.map(([what, count]) => [grouped(count), what]),
      [0],
    ),
    '',
    ...(refusals.rows > 0 ? ['Refused:', ...refusals.describe(), ''] : []),
  ]
}

/** Writes what can be written, and stops between two batches when it is interrupted. */
async function writeFile(options: ImportOptions, configuration: Configuration): Promise<void> {
  const { database, keys } = openStorage(configuration, systemRandom)
  await bringUpToDate(database, configuration, systemClock)
  const interruption = new AbortController()
  const interrupt = () => interruption.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    const { signal } = interruption
    const stores = {
      accounts: new SqlAccountStore(database),
      passwords: new SqlPasswordStore(database),
      unitOfWork: database,
      audit: openOperatorAudit(database, keys),
    }
    const { added, present } = await writeRows(options, configuration, stores, signal)
    const already = present > 0 ? `, ${grouped(present)} were there already` : ''
    console.log(`${grouped(added)} accounts imported${already}.`)
    if (!signal.aborted) return
    console.log('Interrupted. Run the same command again: what is there is left as it is.')
    process.exitCode = 130
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    await database.close()
  }
}

async function writeRows(
  options: ImportOptions,
  configuration: Configuration,
  stores: ImportStores,
  signal: AbortSignal,
): Promise<{ added: number; present: number }> {
  const writing = newImport(options, configuration)
  const counts = { added: 0, present: 0 }
  for await (const rows of progressing(options.source, 'importing')) {
    const { newcomers } = writing.read(rows)
    const { added, present } = await writing.write(newcomers, stores)
    counts.added += added
    counts.present += present
    if (signal.aborted) break
  }
  return counts
}

function newImport({ columns }: ImportOptions, configuration: Configuration): Import {
  const hashes = openHashReader(configuration)
  return new Import({ columns, hashes, clock: systemClock, random: systemRandom })
}

async function* progressing(source: Source, label: string) {
  const stopwatch = () => performance.now()
  const progress = new Progress({ label, total: source.size, stream: process.stderr, stopwatch })
  let count = 0
  try {
    for await (const { rows, bytes } of source.batches()) {
      yield rows
      count += rows.length
      progress.update(bytes, count)
    }
  } finally {
    progress.end()
  }
}

/** Lines and rules only, but about people all the same. */
function privateFile(path: string): number {
  try {
    return openSync(path, 'w', 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigurationError([`${path} cannot be written (${code})`])
  }
}

const nobody = { findTaken: async () => new Set<never>() }

function isDisabled({ account }: Newcomer): boolean {
  return account.status === 'disabled'
}
