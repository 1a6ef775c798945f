import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEmail } from './email.ts'

const canonical = (text: string) => parseEmail(text)?.canonical

describe('e-mail address', () => {
  it.each([
    ['john@example.com', 'john@example.com'],
    ['John.Doe+tag@Example.COM', 'john.doe+tag@example.com'],
    ['  ann@example.com ', 'ann@example.com'],
    ["o'brien@example.co.uk", "o'brien@example.co.uk"],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@xn--bcher-kva.example', 'ann@xn--bcher-kva.example'],
    ['用户@例子.中国', '用户@xn--fsqu00a.xn--fiqs8s'],
  ])('reads %s as %s', (written, expected) => {
    expect(canonical(written)).toBe(expected)
  })

  it.each([
    ['letter case', 'ANN@Example.com', 'ann@example.com'],
    ['composed and decomposed', 'andre\u0301@example.com', 'andr\u00e9@example.com'],
    ['the two sigmas', 'ΝΙΚΟΣ@example.com', 'νικοσ@example.com'],
    ['a sharp s', 'STRASSE@example.com', 'straße@example.com'],
    ['the Kelvin sign', '\u212Aate@example.com', 'kate@example.com'],
    ['full-width letters', '\uFF41nn@example.com', 'ann@example.com'],
    ['a full-width domain', 'ann@\uFF45xample.com', 'ann@example.com'],
    ['an ideographic full stop', 'ann@example\u3002com', 'ann@example.com'],
  ])('sees one mailbox through %s', (_, one, other) => {
    expect(canonical(one)).toBe(canonical(other))
    expect(canonical(one)).toBeDefined()
  })

  it('keeps the spelling of the person for display', () => {
    expect(parseEmail('John@Example.com')?.email).toBe('John@Example.com')
  })

  it.each([
    '',
    ' ',
    'nope',
    'a@localhost',
    '@example.com',
    'a@',
    'a@b@example.com',
    'a\uFF20b@example.com',
    'a@example..com',
    'a@.example.com',
    'a@example.com.',
    'a@-example.com',
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    '"a b"@example.com',
    'a b@example.com',
    'a@exa mple.com',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    'a@0x7f.1',
    'a@example.com/path',
    'a@example.com?x',
    'a@example.com#x',
    'a@example.com:25',
    'a@example%2ecom',
    'a\r\nBcc: b@example.com',
    'a@example.com\nBcc: b',
    'a,b@example.com',
    'a@example.com,b@example.com',
    '<a@example.com>',
    'a\u0000@example.com',
    'a\u200b@example.com',
    'a\ud800@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(64)}.com`,
    `a@${'b.'.repeat(130)}com`,
    `${'é'.repeat(33)}@example.com`,
  ])('refuses %j', (text) => {
    expect(parseEmail(text)).toBeUndefined()
  })

  it('has a canonical form that is its own canonical form', () => {
    const local = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(local, fc.domain(), (name, domain) => {
        const form = canonical(`${name}@${domain}`)
        if (form !== undefined) expect(canonical(form)).toBe(form)
      }),
      { numRuns: 2000 },
    )
  })

  it('answers any text at all, quickly and without an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        parseEmail(text)
      }),
      { numRuns: 2000 },
    )
    parseEmail('a.'.repeat(25_000))
    parseEmail(`a@${'a-'.repeat(25_000)}`)
  })
})
