import type { Row, SourceRecord } from '../../core/flows/import/index.ts'
import { parseJson } from '../../kernel/json.ts'
import type { Line } from './lines.ts'
import type { RowReader } from './source.ts'

/** Far deeper than any export of users. */
const maxDepth = 16

/** Reads one JSON object a line. A column is a name, or a path to it such as `credentials.0`. */
export class JsonRows implements RowReader {
  push(lines: readonly Line[]): Row[] {
    return lines.flatMap(rowOf)
  }

  end(): Row[] {
    return []
  }
}

function rowOf(line: Line): Row[] {
  if ('broken' in line) return [{ line: line.number, broken: line.broken }]
  if (line.text.trim() === '') return []
  const parsed = parseJson(line.text, maxDepth)
  if (parsed.kind === 'refused' || !isObject(parsed.value)) {
    return [{ line: line.number, broken: 'malformed' }]
  }
  return [{ line: line.number, record: recordOf(parsed.value) }]
}

function recordOf(object: Readonly<Record<string, unknown>>): SourceRecord {
  return {
    // A name may hold a dot itself.
    valueOf: (column) => own(object, column) ?? column.split('.').reduce(own, object as unknown),
  }
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
