import { describe, expect, it } from 'vitest'
import { Answers } from './answers.ts'
import { problem } from './problems.ts'

const answers = new Answers(true)
const all = [
  answers.json('r', 200, {}),
  answers.problem('r', problem('internal_error')),
  answers.page('r', 200, ''),
  answers.redirect('r', '/'),
  answers.asset('r', 'text/css', ''),
]

describe('answers', () => {
  it.each([
    ['x-content-type-options', /^nosniff$/],
    ['referrer-policy', /^same-origin$/],
    ['cross-origin-opener-policy', /^same-origin$/],
    ['cross-origin-resource-policy', /^same-origin$/],
    ['content-security-policy', /default-src 'none'.*frame-ancestors 'none'/],
    ['strict-transport-security', /^max-age=63072000; includeSubDomains$/],
    ['x-request-id', /^r$/],
    ['cache-control', /^no-store$|^public, max-age=31536000, immutable$/],
  ])('all carry %s', (name, value) => {
    for (const answer of all) expect(answer.headers.get(name)).toMatch(value)
  })

  it('cache nothing but assets', () => {
    expect(all.filter((answer) => answer.headers.get('cache-control') !== 'no-store')).toEqual([
      all[4],
    ])
  })

  it('allow nothing inline on a page', () => {
    const policy = answers.page('r', 200, '').headers.get('content-security-policy')
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/)
    expect(policy).toContain("form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
  })

  it('speak of TLS only over TLS', () => {
    const plain = new Answers(false).json('r', 200, {})
    expect(plain.headers.has('strict-transport-security')).toBe(false)
  })

  it('name no product and no version', () => {
    for (const answer of all) {
      expect(answer.headers.has('server')).toBe(false)
      expect(answer.headers.has('x-powered-by')).toBe(false)
    }
  })
})
