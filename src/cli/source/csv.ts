import { parse } from 'csv-parse/sync'
import type { Row, SourceRecord } from '../../core/flows/import/index.ts'
import { type Line, maxLineBytes } from './lines.ts'
import { type RowReader, SourceError } from './source.ts'

type TextLine = Extract<Line, { text: string }>

/**
 * Reads CSV (RFC 4180) with a header. The parser is given whole records only: so it knows the line of
 * each, and a quote that is never closed spoils one line, not the rest of the file.
 */
export class CsvRows implements RowReader {
  readonly #required: readonly string[]
  #columns: ReadonlyMap<string, number> | undefined
  #width = 0
  #open: readonly Line[] = []

  /** @param required - Columns without which nothing can be read. */
  constructor(required: readonly string[]) {
    this.#required = required
  }

  push(lines: readonly Line[]): Row[] {
    return this.#rows([...this.#open, ...lines], false)
  }

  end(): Row[] {
    const rows = this.#rows(this.#open, true)
    if (!this.#columns) throw new SourceError('the file is empty: its first line must name columns')
    return rows
  }

  #rows(lines: readonly Line[], isEnd: boolean): Row[] {
    const rows: Row[] = []
    let pending = lines
    let isClean = true
    for (;;) {
      const { records, open } = recordsIn(pending, isEnd)
      if (!this.#columns && records.length > 0) this.#readHeader(records.shift() as readonly Line[])
      const spoilt = this.#read(records, rows, isClean)
      if (spoilt === undefined) {
        this.#open = open
        return rows
      }
      // A stray quote took the lines up to the next one along: they are rows of their own.
      pending = [...records.slice(spoilt).flat().slice(1), ...open]
      isClean = false
    }
  }

  #readHeader([line]: readonly Line[]): void {
    const names = line && 'text' in line ? parsed(line.text)?.[0] : undefined
    if (!names) throw new SourceError('the first line cannot be read as CSV in UTF-8')
    this.#width = names.length
    this.#columns = new Map(names.map((name, at) => [name, at]))
    const missing = this.#required.find((name) => !names.includes(name))
    if (missing !== undefined) {
      throw new SourceError(
        `the file has no column "${missing}", only: ${names.join(', ')}\n` +
          'Say which column holds what by --column, such as --column "email=E-mail".',
      )
    }
    const double = this.#required.find((name) => names.indexOf(name) !== names.lastIndexOf(name))
    if (double !== undefined) throw new SourceError(`the file has two columns "${double}"`)
  }

  /**
   * Reads records until one has to be taken apart, and gives its place. All are parsed at once, which is
   * many times faster, unless something is wrong.
   */
  #read(records: readonly (readonly Line[])[], rows: Row[], isClean: boolean): number | undefined {
    const texts = records.map(textOf)
    const cells = isClean && !texts.includes(undefined) ? parsed(texts.join('\n')) : undefined
    for (const [at, lines] of records.entries()) {
      const all = cells?.length === records.length ? [cells[at] as string[]] : parsed(texts[at])
      const row = this.#row(lines[0] as Line, all)
      rows.push(row)
      if ('broken' in row && lines.length > 1) return at
    }
    return undefined
  }

  #row(first: Line, records: string[][] | undefined): Row {
    const line = first.number
    if ('broken' in first) return { line, broken: first.broken }
    const [cells] = records ?? []
    if (!cells || records?.length !== 1) return { line, broken: 'malformed' }
    if (cells.length !== this.#width) return { line, broken: 'cell_count' }
    return { line, record: this.#record(cells) }
  }

  #record(cells: readonly string[]): SourceRecord {
    const columns = this.#columns
    return { valueOf: (column) => cells[columns?.get(column) ?? -1] }
  }
}

/** Lines that belong together because a quote is open at the end of all but the last. */
function recordsIn(
  lines: readonly Line[],
  isEnd: boolean,
): { records: (readonly Line[])[]; open: readonly Line[] } {
  const records: (readonly Line[])[] = []
  let at = 0
  while (at < lines.length) {
    const first = lines[at] as Line
    const length = recordLength(lines, at)
    if (length === 'open' && !isEnd) return { records, open: lines.slice(at) }
    const end = at + (typeof length === 'number' ? length : 1)
    if ('broken' in first || first.text.trim() !== '') records.push(lines.slice(at, end))
    at = end
  }
  return { records, open: [] }
}

function recordLength(lines: readonly Line[], start: number): number | 'open' | 'unclosed' {
  let quotes = 0
  let length = 0
  for (let at = start; at < lines.length; at++) {
    const line = lines[at] as Line
    if ('broken' in line) return at === start ? 1 : 'unclosed'
    quotes += line.text.split('"').length - 1
    if (quotes % 2 === 0) return at - start + 1
    length += line.text.length
    if (length > maxLineBytes) return 'unclosed'
  }
  return 'open'
}

function textOf(lines: readonly Line[]): string | undefined {
  if (lines.some((line) => 'broken' in line)) return undefined
  return (lines as readonly TextLine[]).map(({ text }) => text).join('\n')
}

function parsed(text: string | undefined): string[][] | undefined {
  if (text === undefined) return undefined
  try {
    return parse(text, { record_delimiter: '\n', relax_column_count: true, max_record_size: 0 })
  } catch {
    return undefined
  }
}
