import { isForbiddenName } from '../kernel/json.ts'
import type { ProblemCode } from './problems.ts'

/** Named texts, each name once: a form, or the query of an address. */
export type Fields = ReadonlyMap<string, string>

type FieldsProblem = Extract<
  ProblemCode,
  'bad_encoding' | 'duplicate_parameter' | 'forbidden_name' | 'bad_request'
>

const maxFields = 100

/**
 * Reads `application/x-www-form-urlencoded` strictly. `URLSearchParams` would turn broken encoding
 * into other characters and keep every value of a repeated name, so that two readers of one request
 * could see two different things.
 */
export function parseFields(text: string): Fields | FieldsProblem {
  const fields = new Map<string, string>()
  if (text === '') return fields
  const pairs = text.split('&')
  if (pairs.length > maxFields) return 'bad_request'
  for (const pair of pairs) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1))
    if (name === undefined || value === undefined) return 'bad_encoding'
    if (isForbiddenName(name)) return 'forbidden_name'
    if (fields.has(name)) return 'duplicate_parameter'
    fields.set(name, value)
  }
  return fields
}

/** `undefined` for a broken escape, or bytes that are not UTF-8. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
