import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFields } from './fields.ts'

describe('form and query', () => {
  it('reads what a browser writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), (fields) => {
        fc.pre(
          !Object.keys(fields).some((name) => /^(?:__proto__|constructor|prototype)$/.test(name)),
        )
        const written = new URLSearchParams(fields).toString()
        expect(parseFields(written)).toEqual(new Map(Object.entries(fields)))
      }),
    )
  })

  it.each([
    ['a=1&a=2', 'duplicate_parameter'],
    ['a=1&%61=2', 'duplicate_parameter'],
    ['a&a', 'duplicate_parameter'],
    ['a=%', 'bad_encoding'],
    ['a=%zz', 'bad_encoding'],
    ['a=%ff', 'bad_encoding'],
    ['%c0%af=1', 'bad_encoding'],
    ['__proto__=1', 'forbidden_name'],
    ['constructor=1', 'forbidden_name'],
    [Array.from({ length: 101 }, (_, at) => `a${at}=1`).join('&'), 'bad_request'],
  ])('refuses %j as %s', (text, problem) => {
    expect(parseFields(text)).toBe(problem)
  })

  it('decodes once: what was encoded twice stays encoded', () => {
    expect(parseFields('a=%2541')).toEqual(new Map([['a', '%41']]))
  })

  it('reads names without value, empty pairs and nothing', () => {
    expect(parseFields('a&&b=&=c')).toEqual(
      new Map([
        ['a', ''],
        ['b', ''],
        ['', 'c'],
      ]),
    )
    expect(parseFields('')).toEqual(new Map())
  })
})
