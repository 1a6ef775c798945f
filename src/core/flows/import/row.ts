/** What a row may tell of a person. Only the address is required. */
export const fields = ['email', 'name', 'hash', 'created', 'disabled', 'verified'] as const

export type Field = (typeof fields)[number]

/** The values of one row by the names of their columns; `undefined` where there is none. */
export interface SourceRecord {
  valueOf(column: string): unknown
}

/** Why a row could not be taken apart. */
export type RowRule = 'malformed' | 'too_long' | 'not_unicode' | 'cell_count'

/** A row of a file, which begins in that line. */
export type Row =
  | { readonly line: number; readonly record: SourceRecord }
  | { readonly line: number; readonly broken: RowRule }

/** Nothing, or an empty text: files have no other way to say so. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
