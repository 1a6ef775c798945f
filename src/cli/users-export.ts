import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import type { Configuration } from '../config/index.ts'
import { everyone, type PersonRecord, recordOf } from '../core/flows/export/index.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { openExisting } from '../storage.ts'
import { SqlAccountStore } from '../stores/sql/accounts.ts'
import { SqlPasswordStore } from '../stores/sql/passwords.ts'
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
  const out = options.output === undefined ? standardOutput() : privateFile(options.output)
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
  } catch (error) {
    out.discard()
    throw error
  } finally {
    await database?.close()
  }
  console.error(count === 0 ? 'No accounts yet.' : `${grouped(count)} accounts exported.`)
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

interface Output {
  write(text: string): Promise<void>
  /** Nobody reads any more. */
  readonly isClosed: boolean
  finish(): void
  discard(): void
}

function standardOutput(): Output {
  let isClosed = false
  // `| head` reads some lines and goes.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    isClosed = true
  })
  return {
    write: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
    get isClosed() {
      return isClosed
    },
    finish: () => undefined,
    discard: () => undefined,
  }
}

/** Readable by its owner only. Appears under its name when it is complete, or not at all. */
function privateFile(path: string): Output {
  const draft = `${path}.${process.pid}`
  let file: number
  try {
    file = openSync(draft, 'wx', 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigurationError([`${path} cannot be written (${code})`])
  }
  return {
    write: async (text) => writeFileSync(file, text),
    isClosed: false,
    finish() {
      fsyncSync(file)
      closeSync(file)
      renameSync(draft, path)
    },
    discard() {
      closeSync(file)
      rmSync(draft, { force: true })
    },
  }
}
