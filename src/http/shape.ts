import { z } from 'zod'
import type { FieldProblem } from './texts.ts'

export const text: z.ZodType<string | undefined> = z.string().optional()

/** What names a thing of ours. PostgreSQL refuses NUL in any text. */
export const idText: z.ZodType<string> = z.string().regex(/^[^\0]*$/)

/** What the body lacks or has too much of, in our words: zod's own would change with its versions. */
export function shapeProblems(error: z.ZodError, body: unknown): FieldProblem[] {
  return error.issues.map(({ code, path }) => {
    const field = path.join('.') || 'body'
    if (path.length > 0 && valueAt(body, path) === undefined) return { field, rule: 'required' }
    return { field, rule: code === 'invalid_type' ? 'wrong_type' : 'not_allowed' }
  })
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    body,
  )
}
