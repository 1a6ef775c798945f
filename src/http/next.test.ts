import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownPath } from './next.ts'

const ours = new URL('https://id.example.com')

describe('where to go next', () => {
  it.each(['/', '/dashboard', '/a/b?c=d&e=%2F#f', '/a%20b', '/@evil.example', '/a//b'])(
    'is a path of ours: %s',
    (path) => {
      expect(ownPath(path, ours)).toBe(path)
    },
  )

  it.each([
    '',
    'dashboard',
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '/.//evil.example',
    '/./\\evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    `/${'a'.repeat(2048)}`,
  ])('is not %j', (text) => {
    expect(ownPath(text, ours)).toBeUndefined()
  })

  it('leads to our own origin whatever is asked for', () => {
    const part = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '@',
      ':',
      'evil.example',
      '%2f',
      '\t',
      '?',
      '#',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const path = ownPath(`/${parts.join('')}`, ours)
        if (path === undefined) return
        expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/)
        expect(new URL(path, ours).origin).toBe(ours.origin)
      }),
      { numRuns: 3000 },
    )
  })
})
