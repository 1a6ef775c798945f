import { type Field, fields, isAbsent, type SourceRecord } from './row.ts'
import { readTemplate, type Template } from './template.ts'
import { readFlag } from './values.ts'

/** Which columns of a file hold which fields. */
export interface Columns {
  /** What was asked for by name, so that a file without it is a mistake. */
  readonly named: readonly string[]
  /** The column of a field. */
  nameOf(field: Field): string
  valueOf(field: Exclude<Field, 'hash'>, record: SourceRecord): unknown
  /** The hash as text; `undefined` without one. */
  hashIn(
    record: SourceRecord,
  ): { readonly text: string | undefined } | { readonly broken: HashRule }
}

/** Rules on a hash before anybody asks what it is. */
export type HashRule = 'incomplete' | 'not_text'

const flags: readonly Field[] = ['disabled', 'verified']

/**
 * Reads mappings such as `email=Email`; `disabled=!enabled` turns a boolean round. A field that is not
 * mapped is in the column of its own name.
 */
export function readColumns(
  mappings: readonly string[],
  hashTemplate?: string,
): { readonly columns: Columns } | { readonly problem: string } {
  const names = new Map<Field, string>()
  for (const mapping of mappings) {
    const field = fields.find((one) => mapping.startsWith(`${one}=`))
    const column = field && mapping.slice(field.length + 1)
    if (!field || !column || column === '!') {
      return { problem: `"${mapping}" is not FIELD=COLUMN with a field of: ${fields.join(', ')}` }
    }
    if (names.has(field)) return { problem: `the column of ${field} is given twice` }
    if (column.startsWith('!') && !flags.includes(field)) {
      return { problem: `${field} cannot be turned round by "!", only ${flags.join(' and ')}` }
    }
    names.set(field, column)
  }
  const template = hashTemplate === undefined ? undefined : readTemplate(hashTemplate)
  if (hashTemplate !== undefined && !template) {
    return { problem: 'the hash template needs {column} places; a brace that is meant is {{' }
  }
  if (template && names.has('hash')) {
    return { problem: 'a hash comes from a column or from a template, not from both' }
  }
  return { columns: columnsOf(names, template) }
}

function columnsOf(names: ReadonlyMap<Field, string>, template: Template | undefined): Columns {
  const nameOf = (field: Field) => names.get(field)?.replace(/^!/, '') ?? field
  return {
    named: [...[...names.keys()].map(nameOf), ...(template?.columns ?? [])],
    nameOf,
    valueOf(field, record) {
      const value = record.valueOf(nameOf(field))
      if (!names.get(field)?.startsWith('!')) return value
      const flag = readFlag(value)
      return flag === undefined ? value : !flag
    },
    hashIn(record) {
      if (!template) return hashOf(record.valueOf(nameOf('hash')))
      const filled = template.fill(record)
      if (filled === 'incomplete') return { broken: filled }
      return { text: filled === 'empty' ? undefined : filled.text }
    },
  }
}

/** Keycloak's credentials are objects: their JSON is the hash. */
function hashOf(value: unknown): ReturnType<Columns['hashIn']> {
  if (isAbsent(value)) return { text: undefined }
  if (typeof value === 'string') return { text: value }
  return typeof value === 'object' ? { text: JSON.stringify(value) } : { broken: 'not_text' }
}
