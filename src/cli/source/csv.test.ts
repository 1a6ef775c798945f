import { describe, expect, it } from 'vitest'
import { CsvRows } from './csv.ts'
import { LineSplitter } from './lines.ts'
import { SourceError } from './source.ts'

/** What is read of a text that arrives in pieces of that many bytes. */
function read(text: string | Buffer, size = 7, required = ['email']): unknown[] {
  const bytes = Buffer.from(text)
  const splitter = new LineSplitter()
  const reader = new CsvRows(required)
  const rows = []
  for (let at = 0; at < bytes.byteLength; at += size) {
    rows.push(...reader.push(splitter.push(bytes.subarray(at, at + size))))
  }
  rows.push(...reader.push(splitter.end()), ...reader.end())
  return rows.map((row) =>
    'broken' in row
      ? [row.line, row.broken]
      : [row.line, row.record.valueOf('email'), row.record.valueOf('name')],
  )
}

describe('CSV', () => {
  it.each([1, 2, 7, 1000])('is read alike in pieces of %i bytes', (size) => {
    const text =
      '\ufeffname,email\r\n"Ann, ""the"" Lee",ann@a.example\r\n\r\n"two\r\nlines",b@a.example\r\nZoë,z@a.example'
    expect(read(text, size)).toEqual([
      [2, 'ann@a.example', 'Ann, "the" Lee'],
      [4, 'b@a.example', 'two\nlines'],
      [6, 'z@a.example', 'Zoë'],
    ])
  })

  it.each([3, 4096])('loses one row to a stray quote, and none behind it (%i bytes)', (size) => {
    const text = 'email,name\na,A\nb,B"b\nc,C\nd,"D\nd"\ne,"E"e\nf,F\ng,"G\nh,H\n'
    expect(read(text, size)).toEqual([
      [2, 'a', 'A'],
      [3, 'malformed'],
      [4, 'c', 'C'],
      [5, 'd', 'D\nd'],
      [7, 'malformed'],
      [8, 'f', 'F'],
      [9, 'malformed'],
      [10, 'h', 'H'],
    ])
  })

  it('refuses rows with more or fewer cells than the header, lines too long and bytes that are no text', () => {
    const long = 'x'.repeat(64 * 1024)
    const bytes = Buffer.concat([
      Buffer.from(`email,name\na\nb,B,B\n${long},\n`),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from('c,C\n'),
    ])
    expect(read(bytes, 1000)).toEqual([
      [2, 'cell_count'],
      [3, 'cell_count'],
      [4, 'too_long'],
      [5, 'not_unicode'],
      [6, 'c', 'C'],
    ])
  })

  it('does not take the rest of a file into a quote that is never closed', () => {
    const rest = Array.from({ length: 9000 }, (_, at) => `p${at},Name\n`).join('')
    const rows = read(`email,name\na,"A\n${rest}`, 5000)
    expect(rows[0]).toEqual([2, 'malformed'])
    expect(rows.slice(1)).toHaveLength(9000)
  })

  it.each([
    ['', /is empty/],
    ['name\nAnn\n', /no column "email", only: name/],
    ['email,email\na,b\n', /two columns "email"/],
    ['"email\n', /first line cannot be read/],
  ])('is not read at all without a header that can be used: %j', (text, problem) => {
    expect(() => read(text)).toThrow(SourceError)
    expect(() => read(text)).toThrow(problem)
  })

  it('knows no column by the name of a method', () => {
    const reader = new CsvRows([])
    const [row] = reader.push([
      { number: 1, text: 'email' },
      { number: 2, text: 'a' },
    ])
    expect(row && 'record' in row && row.record.valueOf('constructor')).toBeUndefined()
  })
})
