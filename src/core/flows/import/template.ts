import { isAbsent, type SourceRecord } from './row.ts'

/** A text with places for columns. */
export interface Template {
  readonly columns: readonly string[]
  /** `empty` when no column has a value, `incomplete` when only some have. */
  fill(record: SourceRecord): { readonly text: string } | 'empty' | 'incomplete'
}

const place = /\{\{|\{([^{}]+)\}|\{/g

/**
 * Reads a template: `{salt}` is the value of the column `salt`, `{{` is a brace, and everything else is
 * itself, `$` included, of which hashes are full. `undefined` when a brace is not closed, or there is
 * no column at all: everybody would have one password.
 */
export function readTemplate(text: string): Template | undefined {
  const places = [...text.matchAll(place)]
  const columns = places.flatMap(([, column]) => (column === undefined ? [] : [column]))
  if (columns.length === 0 || places.some(([whole]) => whole === '{')) return undefined
  return {
    columns,
    fill(record) {
      const values = new Map(columns.map((column) => [column, record.valueOf(column)]))
      const absent = [...values.values()].filter(isAbsent).length
      if (absent > 0) return absent === values.size ? 'empty' : 'incomplete'
      const fillIn = (whole: string, column?: string) =>
        whole === '{{' ? '{' : String(values.get(column ?? ''))
      return { text: text.replace(place, fillIn) }
    },
  }
}
