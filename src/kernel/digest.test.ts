import { describe, expect, it } from 'vitest'
import { equalInConstantTime, hmacSha1, sha256 } from './digest.ts'

describe('digest', () => {
  it('knows the SHA-256 of "abc" (FIPS 180-4)', () => {
    expect(sha256('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  })

  it('knows the HMAC-SHA-1 of RFC 2202, case 2', () => {
    const [key, message] = [Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?')]
    expect(Buffer.from(hmacSha1(key, message)).toString('hex')).toBe(
      'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    )
  })

  it('compares bytes, calls different lengths unequal and never throws', () => {
    const bytes = (text: string) => Buffer.from(text)
    expect(equalInConstantTime(bytes('é'), bytes('é'))).toBe(true)
    expect(equalInConstantTime(bytes('a'), bytes('b'))).toBe(false)
    expect(equalInConstantTime(bytes('a'), bytes('aa'))).toBe(false)
    expect(equalInConstantTime(bytes(''), bytes(''))).toBe(true)
  })
})
