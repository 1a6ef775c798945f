import { writeFileSync } from 'node:fs'
import type { ImportProblem, RefusedRow } from '../core/flows/import/index.ts'

type Rules<Problem> = Problem extends {
  readonly field: infer F extends string
  readonly rule: infer R extends string
}
  ? `${F}.${R}`
  : never

const texts: Readonly<Record<Rules<ImportProblem>, string>> = {
  'row.malformed': 'the row is malformed',
  'row.too_long': 'the line is longer than 64 KiB',
  'row.not_unicode': 'the line is not UTF-8',
  'row.cell_count': 'the row has not as many cells as the first line',
  'email.required': 'there is no email',
  'email.malformed': 'email is not an e-mail address',
  'email.duplicate': 'email is in an earlier row already',
  'name.required': 'name has no letter or digit',
  'name.too_long': 'name is longer than 200 characters',
  'name.forbidden_character': 'name has a control or direction-changing character',
  'name.not_text': 'name is not a text',
  'hash.incomplete': 'only some of the columns of the hash template have a value',
  'hash.not_text': 'hash is not a text',
  'hash.not_understood': 'hash is of no known scheme, or damaged',
  'hash.not_accepted': 'hash is of a scheme that is not in SALLYPORT_PASSWORD_SCHEMES',
  'hash.too_expensive': 'hash costs more than is ever computed here',
  'hash.unknown_key': 'hash was made with a key that is not in SALLYPORT_PASSWORD_PEPPER',
  'created.malformed': 'created is neither a date nor seconds or milliseconds since 1970',
  'created.in_the_future': 'created is in the future',
  'verified.malformed': 'verified is neither true, false nor a date',
  'verified.in_the_future': 'verified is in the future',
  'disabled.malformed': 'disabled is neither true nor false',
}

/** The rule in words. Never the value. */
export function describeProblem(problem: ImportProblem): string {
  const text = texts[`${problem.field}.${problem.rule}` as Rules<ImportProblem>]
  const scheme = 'scheme' in problem ? problem.scheme : undefined
  return scheme ? `${text} (${scheme})` : text
}

const shown = 20

/** Remembers the first refusals with their lines, and of the rest how many broke which rule. */
export class Refusals {
  readonly #first: string[] = []
  readonly #rest = new Map<string, number>()
  readonly #file: number | undefined
  #rows = 0

  /** @param file - An open file to which all of them are written, one JSON object a line. */
  constructor(file?: number) {
    this.#file = file
  }

  get rows(): number {
    return this.#rows
  }

  add({ line, problems }: RefusedRow): void {
    this.#rows += 1
    for (const problem of problems) {
      const text = describeProblem(problem)
      if (this.#file !== undefined) {
        writeFileSync(this.#file, `${JSON.stringify({ line, ...problem, text })}\n`)
      }
      if (this.#first.length < shown) this.#first.push(`  line ${line}: ${text}`)
      else this.#rest.set(text, (this.#rest.get(text) ?? 0) + 1)
    }
  }

  describe(): string[] {
    const rest = [...this.#rest].sort(([, a], [, b]) => b - a)
    return [...this.#first, ...rest.map(([text, count]) => `  … and ${count} more: ${text}`)]
  }
}
