import { describe, expect, it } from 'vitest'
import { systemRandom } from './random.ts'
import { hashOfToken, mintToken } from './token.ts'

describe('token', () => {
  it('is a prefix, 256 random bits and a checksum, safe in cookies and URLs', () => {
    expect(mintToken('session', systemRandom).expose()).toMatch(/^ses_[A-Za-z0-9_-]{50}$/)
    expect(mintToken('bearer', systemRandom).expose()).toMatch(/^brr_[A-Za-z0-9_-]{50}$/)
  })

  it('never repeats in 100,000 draws', () => {
    const drawn = new Set(
      Array.from({ length: 100_000 }, () => mintToken('session', systemRandom).expose()),
    )
    expect(drawn.size).toBe(100_000)
  })

  it('has one hash, from which it cannot be read', () => {
    const token = mintToken('session', systemRandom).expose()
    expect(hashOfToken('session', token)).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(hashOfToken('session', token)).toBe(hashOfToken('session', token))
    expect(token).not.toContain(hashOfToken('session', token))
  })

  it('is not accepted as another kind', () => {
    expect(hashOfToken('session', mintToken('bearer', systemRandom).expose())).toBeUndefined()
    expect(hashOfToken('bearer', mintToken('session', systemRandom).expose())).toBeUndefined()
  })

  it('is refused when any one character is changed, added or removed', () => {
    const token = mintToken('session', systemRandom).expose()
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A'
      expect(
        hashOfToken('session', token.slice(0, at) + other + token.slice(at + 1)),
      ).toBeUndefined()
      expect(hashOfToken('session', token.slice(0, at) + token.slice(at + 1))).toBeUndefined()
    }
    expect(hashOfToken('session', `${token}A`)).toBeUndefined()
    expect(hashOfToken('session', `${token}\n`)).toBeUndefined()
    expect(hashOfToken('session', '')).toBeUndefined()
  })
})
