import { describe, expect, it } from 'vitest'
import { isSameOrigin, ownOrigins } from './origin.ts'

const own = ownOrigins(new URL('https://id.example.com'))
const allowed = (headers: Record<string, string>) => isSameOrigin(new Headers(headers), own)

describe('same origin', () => {
  it('is what browsers say of our own pages', () => {
    expect(allowed({ origin: 'https://id.example.com', 'sec-fetch-site': 'same-origin' })).toBe(
      true,
    )
    expect(allowed({ origin: 'https://id.example.com' })).toBe(true)
    expect(allowed({ 'sec-fetch-site': 'same-origin' })).toBe(true)
  })

  it('is assumed of programs, which send neither header and carry nobody’s cookies unasked', () => {
    expect(allowed({})).toBe(true)
  })

  it.each([
    'null',
    '',
    'http://id.example.com',
    'https://id.example.com:444',
    'https://id.example.com.evil.example',
    'https://evil-id.example.com',
    'https://example.com',
    'https://sub.id.example.com',
    'https://ID.example.com',
    'https://id.example.com/',
    'https://id.example.com https://evil.example',
  ])('is not %j', (origin) => {
    expect(allowed({ origin })).toBe(false)
    expect(allowed({ origin, 'sec-fetch-site': 'same-origin' })).toBe(false)
  })

  it.each(['cross-site', 'same-site', 'SAME-ORIGIN', 'unknown', ''])(
    'is not what fetch metadata calls %j, whatever the origin says',
    (site) => {
      expect(allowed({ 'sec-fetch-site': site, origin: 'https://id.example.com' })).toBe(false)
      expect(allowed({ 'sec-fetch-site': site })).toBe(false)
    },
  )

  it('knows loopback by all its names, on the same port only', () => {
    expect(ownOrigins(new URL('http://localhost:8000'))).toEqual(
      new Set(['http://127.0.0.1:8000', 'http://localhost:8000', 'http://[::1]:8000']),
    )
    expect(own.size).toBe(1)
  })
})
