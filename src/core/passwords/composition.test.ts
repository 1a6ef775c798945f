import { describe, expect, it } from 'vitest'
import { checkComposition } from './composition.ts'

describe('the classic rule of composition', () => {
  it('asks for twelve characters of four classes and names each that is missing', () => {
    expect(checkComposition('MySecurePassword123!')).toEqual([])
    expect(checkComposition('Aa1!Aa1!Aa1')).toEqual(['too_short'])
    expect(checkComposition('mysecurepassword123!')).toEqual(['no_uppercase'])
    expect(checkComposition('MYSECUREPASSWORD123!')).toEqual(['no_lowercase'])
    expect(checkComposition('MySecurePassword!!!!')).toEqual(['no_digit'])
    expect(checkComposition('MySecurePassword1234')).toEqual(['no_special'])
    expect(checkComposition('')).toEqual([
      'too_short',
      'no_uppercase',
      'no_lowercase',
      'no_digit',
      'no_special',
    ])
  })

  it.each([...'!@#$%^&*()_+-=[]{}|;:,.<>?'])('counts %s as special', (special) => {
    expect(checkComposition(`MySecurePassword1${special}`)).toEqual([])
  })

  it.each([...' "\'/\\`~'])('does not count %j as special', (other) => {
    expect(checkComposition(`MySecurePassword1${other}`)).toEqual(['no_special'])
  })

  it('counts code points, and letters and digits of every script', () => {
    expect(checkComposition('Ж-ж-٣🦊🦊🦊🦊🦊🦊🦊')).toEqual([])
    expect(checkComposition('Ж-ж-٣🦊🦊🦊🦊🦊🦊')).toEqual(['too_short'])
  })
})
