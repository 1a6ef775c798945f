import { expect, it } from 'vitest'
import { JsonRows } from './json-lines.ts'

const read = (...texts: string[]) =>
  new JsonRows().push(texts.map((text, at) => ({ number: at + 1, text })))

function valueAt(text: string, column: string): unknown {
  const [row] = read(text)
  return row && 'record' in row ? row.record.valueOf(column) : 'no record'
}

it('finds values by name and by path', () => {
  const text = '{"a":{"b":[{"c":1},"two"]},"d.e":3,"f":null}'
  expect(valueAt(text, 'a.b.0.c')).toBe(1)
  expect(valueAt(text, 'a.b.1')).toBe('two')
  expect(valueAt(text, 'd.e')).toBe(3)
  expect(valueAt(text, 'f')).toBeNull()
  for (const path of ['x', 'a.x.y', 'a.b.2.c', 'toString', 'f.x', 'a.b.1.0']) {
    expect(valueAt(text, path), path).toBeUndefined()
  }
})

it('refuses lines that are no object, or that have two readings', () => {
  const rows = read(
    '{"email":"a"}',
    '[1]',
    'null',
    '{"a":1',
    '',
    '{"a":1,"a":2}',
    '{"__proto__":1}',
  )
  expect(rows.map((row) => [row.line, 'broken' in row && row.broken])).toEqual([
    [1, false],
    [2, 'malformed'],
    [3, 'malformed'],
    [4, 'malformed'],
    [6, 'malformed'],
    [7, 'malformed'],
  ])
})
