import { createReadStream, statSync } from 'node:fs'
import { extname } from 'node:path'
import type { Row } from '../../core/flows/import/index.ts'
import { CsvRows } from './csv.ts'
import { JsonRows } from './json-lines.ts'
import { LineSplitter } from './lines.ts'
import { SourceError } from './source.ts'

export const formats = ['csv', 'jsonl'] as const
export type Format = (typeof formats)[number]

const extensions: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
}

/** By the end of the name; `undefined` when that says nothing. */
export function formatOf(path: string): Format | undefined {
  return extensions[extname(path).toLowerCase()]
}

/** A file of people. It can be read more than once, each time from its beginning. */
export interface Source {
  readonly path: string
  readonly size: number
  /** Rows as they are read, with the share of the file that has been read by then. */
  batches(): AsyncGenerator<{ readonly rows: readonly Row[]; readonly bytes: number }>
}

export interface SourceOptions {
  readonly format: Format
  /** Columns without which nothing can be read. */
  readonly required: readonly string[]
  /** Rows of a batch. */
  readonly batchSize: number
}

/** @throws {SourceError} There is no such file. */
export function openSource(path: string, options: SourceOptions): Source {
  return {
    path,
    size: sizeOf(path),
    async *batches() {
      const reader = options.format === 'csv' ? new CsvRows(options.required) : new JsonRows()
      const splitter = new LineSplitter()
      let bytes = 0
      let rows: Row[] = []
      for await (const chunk of createReadStream(path)) {
        bytes += (chunk as Buffer).byteLength
        rows.push(...reader.push(splitter.push(chunk as Buffer)))
        for (; rows.length >= options.batchSize; rows = rows.slice(options.batchSize)) {
          yield { rows: rows.slice(0, options.batchSize), bytes }
        }
      }
      rows.push(...reader.push(splitter.end()), ...reader.end())
      for (; rows.length > 0; rows = rows.slice(options.batchSize)) {
        yield { rows: rows.slice(0, options.batchSize), bytes }
      }
    },
  }
}

function sizeOf(path: string): number {
  try {
    const found = statSync(path)
    if (found.isFile()) return found.size
    throw new SourceError(`${path} is not a file`)
  } catch (error) {
    if (error instanceof SourceError) throw error
    throw new SourceError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
