import { describe, expect, it } from 'vitest'
import { startListener } from './listener.ts'

const { app, host, send } = await startListener()
const ann = await app.registered({ full_name: 'Cache Victim' })
const cookie = await app.cookieOf(ann)

/** Addresses that a cache could take for a file, and a careless router for a personal page. */
const targets = ['/me', '/dashboard'].flatMap((page) => [
  `${page}/x.css`,
  `${page}/`,
  `${page}.css`,
  `${page};x.css`,
  `${page};/x.css`,
  `${page}%2fx.css`,
  `${page}%2Fx.css`,
  `${page}%5cx.css`,
  `${page}%00x.css`,
  `${page}%00`,
  `${page}%0ax.css`,
  `${page}%3fx.css`,
  `${page}%23x.css`,
  `${page}%3bx.css`,
  `${page}%20`,
  `${page},x.css`,
  `${page}~`,
  `/${page}`,
  `//${page}`,
  `/%2f${page}`,
  `/assets/..%2f${page.slice(1)}`,
  `/assets/%2e%2e%2f${page.slice(1)}`,
  page.toUpperCase(),
])

describe('a personal page under the name of a file (CWE-525)', () => {
  it.each(targets)('is not there: %s', async (target) => {
    const { text, statuses } = await send(
      `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
    )
    expect(statuses).toEqual([404])
    expect(text).not.toContain('Cache Victim')
    expect(text.toLowerCase()).toContain('cache-control: no-store')
  })

  it.each([
    '/me?x.css',
    '/dashboard?x.css',
    '/%6de',
    '/./me',
    '/assets/../me',
    '/assets/%2e%2e/me',
  ])('is never stored where an address still means it: %s', async (target) => {
    const { text, statuses } = await send(
      `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
    )
    expect(statuses).toEqual([200])
    expect(text.toLowerCase()).toContain('cache-control: no-store')
  })
})

describe('the back button after sign-out', () => {
  it('finds nothing: personal pages, forms and redirects are not stored, and the cache is cleared', async () => {
    const mine = await app.cookieOf(ann)
    for (const path of ['/dashboard', '/me', '/login', '/register', '/']) {
      const response = await app.get(path, { cookie: mine })
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('etag')).toBeNull()
      expect(response.headers.get('last-modified')).toBeNull()
    }
    const logout = await app.postJson('/logout', {}, { cookie: mine })
    expect(logout.headers.get('clear-site-data')).toContain('"cache"')
  })
})
