import { describe, expect, it } from 'vitest'
import { type Columns, readColumns } from './columns.ts'

const recordOf = (values: Readonly<Record<string, unknown>>) => ({
  valueOf: (column: string) => values[column],
})

function columnsOf(mappings: readonly string[], template?: string): Columns {
  const read = readColumns(mappings, template)
  if ('problem' in read) throw new Error(read.problem)
  return read.columns
}

describe('columns', () => {
  it('hold the fields of their own name unless they are mapped', () => {
    const columns = columnsOf(['email=E=Mail', 'disabled=!enabled'])
    const record = recordOf({ 'E=Mail': 'a@b.example', name: 'Ann', enabled: 'yes' })
    expect(columns.valueOf('email', record)).toBe('a@b.example')
    expect(columns.valueOf('name', record)).toBe('Ann')
    expect(columns.valueOf('disabled', record)).toBe(false)
    expect(columns.named).toEqual(['E=Mail', 'enabled'])
  })

  it('turn round only what is a boolean', () => {
    const columns = columnsOf(['disabled=!enabled'])
    expect(columns.valueOf('disabled', recordOf({ enabled: false }))).toBe(true)
    expect(columns.valueOf('disabled', recordOf({ enabled: 'perhaps' }))).toBe('perhaps')
    expect(columns.valueOf('disabled', recordOf({}))).toBeUndefined()
  })

  it.each([
    [['mail=Email'], /not FIELD=COLUMN/],
    [['email'], /not FIELD=COLUMN/],
    [['email='], /not FIELD=COLUMN/],
    [['disabled=!'], /not FIELD=COLUMN/],
    [['email=a', 'email=b'], /given twice/],
    [['name=!a'], /cannot be turned round/],
  ])('are not read from %j', (mappings, problem) => {
    expect(readColumns(mappings)).toEqual({ problem: expect.stringMatching(problem) })
  })
})

describe('a hash', () => {
  it('is a text, or an object as its JSON', () => {
    const columns = columnsOf([])
    expect(columns.hashIn(recordOf({ hash: '$2b$' }))).toEqual({ text: '$2b$' })
    expect(columns.hashIn(recordOf({ hash: { a: 1 } }))).toEqual({ text: '{"a":1}' })
    expect(columns.hashIn(recordOf({ hash: '' }))).toEqual({ text: undefined })
    expect(columns.hashIn(recordOf({ hash: 5 }))).toEqual({ broken: 'not_text' })
  })

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the syntax of these templates.
  it('is made of columns by a template, in which $ is itself and {{ a brace', () => {
    const columns = columnsOf([], '$fb$ln=14${salt}$Bw==${{hash}${hash}}')
    const record = recordOf({ salt: '$&$1', hash: 'h' })
    expect(columns.hashIn(record)).toEqual({ text: '$fb$ln=14$$&$1$Bw==${hash}$h}' })
    expect(columns.named).toEqual(['salt', 'hash'])
  })

  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the rest is plain.

  it('is none without any value, and refused with some only', () => {
    const columns = columnsOf([], '{salt}:{hash}')
    expect(columns.hashIn(recordOf({}))).toEqual({ text: undefined })
    expect(columns.hashIn(recordOf({ salt: 's' }))).toEqual({ broken: 'incomplete' })
  })

  it.each(['$2b$', '{salt', '{}', '{{salt}', 'a{b{c}'])('has no template %s', (template) => {
    expect(readColumns([], template)).toHaveProperty('problem')
  })

  it('does not come from two places', () => {
    expect(readColumns(['hash=a'], '{b}')).toHaveProperty('problem')
  })
})
