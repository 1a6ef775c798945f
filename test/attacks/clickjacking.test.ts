import { describe, expect, it } from 'vitest'
import { startApp } from '../support/app.ts'

const app = await startApp()
const cookie = await app.cookieOf(await app.registered())

function directivesOf(response: Response): Map<string, string> {
  const policy = response.headers.get('content-security-policy') ?? ''
  const pairs = policy.split('; ').map((directive) => {
    const [name = '', ...values] = directive.split(' ')
    return [name, values.join(' ')] as const
  })
  // A directive given twice would count by its first value only.
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length)
  return new Map(pairs)
}

describe('a page of ours inside a frame', () => {
  it.each(['/login', '/register', '/dashboard', '/nothing', '/me', '/'])(
    'is forbidden to everyone: %s',
    async (path) => {
      const response = await app.get(path, { cookie, accept: 'text/html' })
      expect(directivesOf(response).get('frame-ancestors')).toBe("'none'")
      expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    },
  )
})

describe('the content security policy of a page', () => {
  it('starts from nothing, allows files of ours only, and no inline script or style', async () => {
    const response = await app.get('/dashboard', { cookie })
    expect(Object.fromEntries(directivesOf(response))).toEqual({
      'default-src': "'none'",
      'style-src': "'self'",
      'script-src': "'self'",
      'img-src': "'self'",
      'connect-src': "'self'",
      'form-action': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    })
  })

  it('is kept by the pages: nothing inline, nothing from elsewhere', async () => {
    for (const path of ['/login', '/register', '/dashboard', '/nothing']) {
      const html = await (
        await app.get(path, { cookie: path === '/dashboard' ? cookie : '', accept: 'text/html' })
      ).text()
      expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|<[^>]*\son\w+=|javascript:/i)
      for (const [, address] of html.matchAll(/(?:src|href|action)="([^"]*)"/g)) {
        expect(address).toMatch(/^(\/(?!\/)|#)/)
      }
    }
  })

  it('makes everything that is not a page inert', async () => {
    for (const path of ['/me', '/nothing', '/']) {
      const directives = directivesOf(await app.get(path))
      expect(directives.get('default-src')).toBe("'none'")
      expect(directives.has('sandbox')).toBe(true)
    }
  })
})
