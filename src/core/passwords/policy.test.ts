import { describe, expect, it } from 'vitest'
import { Secret } from '../../kernel/secret.ts'
import { brokenRules, contextWords, type PasswordPolicy } from './policy.ts'

const about = contextWords(['Sallyport', 'John Doe', 'john.doe@example.com'])

function broken(policy: PasswordPolicy, password: string): string[] {
  return brokenRules(policy, new Secret(password), about)
}

describe('password policy', () => {
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

  it('composition asks for twelve characters of four classes and names each that is missing', () => {
    expect(broken('composition', 'MySecurePassword123!')).toEqual([])
    expect(broken('composition', 'Aa1!Aa1!Aa1')).toEqual(['too_short'])
    expect(broken('composition', 'mysecurepassword123!')).toEqual(['no_uppercase'])
    expect(broken('composition', 'MYSECUREPASSWORD123!')).toEqual(['no_lowercase'])
    expect(broken('composition', 'MySecurePassword!!!!')).toEqual(['no_digit'])
    expect(broken('composition', 'MySecurePassword1234')).toEqual(['no_special'])
    expect(broken('composition', '')).toEqual([
      'too_short',
      'no_uppercase',
      'no_lowercase',
      'no_digit',
      'no_special',
    ])
  })

  it.each([...'!@#$%^&*()_+-=[]{}|;:,.<>?'])('composition counts %s as special', (special) => {
    expect(broken('composition', `MySecurePassword1${special}`)).toEqual([])
  })

  it.each([...' "\'/\\`~'])('composition does not count %j as special', (other) => {
    expect(broken('composition', `MySecurePassword1${other}`)).toEqual(['no_special'])
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
