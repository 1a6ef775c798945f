import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from './json.ts'

function ruleOf(text: string): string {
  const parsed = parseJson(text, 4)
  return parsed.kind === 'refused' ? parsed.rule : 'parsed'
}

describe('strict JSON', () => {
  it('gives what JSON.parse gives for any document without repeated names', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        fc.pre(!/__proto__|constructor|prototype/.test(text))
        expect(parseJson(text, 8)).toEqual({ kind: 'parsed', value: JSON.parse(text) })
      }),
    )
  })

  it.each([
    '',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{"a":1}{"b":2}',
    '\uFEFF{}',
    '{"a":NaN}',
    '"\\',
    `${'"\\"'.repeat(5000)}`,
  ])('calls text that is not JSON malformed: %j', (text) => {
    expect(ruleOf(text)).toBe('malformed')
  })

  it.each(['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[{"b":{"x":1,"y":[],"x":3}}]'])(
    'refuses a name given twice, however it is spelled: %s',
    (text) => {
      expect(ruleOf(text)).toBe('duplicate_name')
    },
  )

  it.each([
    '{"__proto__":{"admin":true}}',
    '{"a":{"constructor":1}}',
    '{"\\u005f_proto__":1}',
    '{"prototype":1}',
  ])('refuses a name that reaches a prototype: %s', (text) => {
    expect(ruleOf(text)).toBe('forbidden_name')
  })

  it('allows the same name in different objects, and such names as values', () => {
    expect(ruleOf('[{"a":1},{"a":"__proto__"}]')).toBe('parsed')
  })

  it('refuses nesting beyond the bound and no less', () => {
    expect(ruleOf('[[[[1]]]]')).toBe('parsed')
    expect(ruleOf('[[[[[1]]]]]')).toBe('too_deep')
  })
})
