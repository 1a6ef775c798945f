import { describe, expect, it } from 'vitest'
import { contextWords, type PasswordPolicy, rulesOfText } from './policy.ts'

const about = contextWords(['Sallyport', 'John Doe', 'john.doe@example.com'])

function broken(policy: PasswordPolicy, password: string): string[] {
  return rulesOfText(policy, password, about).map(({ rule }) => rule)
}

describe('what the text alone breaks', () => {
  it.each([
    ['strength', 11, 12],
    ['nist', 14, 15],
  ] as const)(
    '%s refuses %i code points and accepts %i, whatever they are',
    (policy, short, enough) => {
      expect(broken(policy, 'q'.repeat(short))).toEqual(['too_short'])
      expect(broken(policy, 'q'.repeat(enough))).toEqual([])
      expect(broken(policy, '🦊'.repeat(short))).toEqual(['too_short'])
      expect(broken(policy, '🦊'.repeat(enough))).toEqual([])
      expect(broken(policy, ' '.repeat(enough))).toEqual([])
    },
  )

  it('composition breaks each rule of its own, and that of the context words', () => {
    expect(broken('composition', 'MySecurePassword123!')).toEqual([])
    expect(broken('composition', 'John-Doe-John-1')).toEqual(['context_word'])
    expect(broken('composition', 'sallyport')).toEqual([
      'too_short',
      'no_uppercase',
      'no_digit',
      'no_special',
      'context_word',
    ])
  })

  it.each([
    'sallyport1234',
    'SallyPort!2026',
    'john.doe@example.com',
    'JohnDoeJohnDoe',
    '1234johnjohn12',
    'ＪＯＨＮ-doe-2026',
  ])('refuses a password that is little more than a name known to all: %s', (password) => {
    expect(broken('strength', password)).toEqual(['context_word'])
  })

  it.each(['john-the-baptist-sings', 'correct horse battery staple', 'a johnny-come-lately'])(
    'allows such a word in a password that is long enough without it: %s',
    (password) => {
      expect(broken('strength', password)).toEqual([])
    },
  )
})

describe('the words of a person', () => {
  it('are those of a name and an address that could be accepted, however much is sent', () => {
    const longest = '🦊'.repeat(200)
    expect(contextWords([longest])).toEqual([longest])
    const many = Array.from({ length: 4000 }, (_, at) => `w${at}`).join(' ')
    expect(contextWords([many, many]).length).toBeLessThan(200)
  })
})
