import { describe, expect, it } from 'vitest'
import { startApp } from '../support/app.ts'

const app = await startApp()
const ann = await app.registered()
const cookie = await app.cookieOf(ann)

const hostile = [
  'https://evil.example',
  'https://evil.example/',
  'HTTPS://evil.example',
  'http:evil.example',
  'https:/evil.example',
  'https:\\\\evil.example',
  '//evil.example',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '/\\/evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '\u0000//evil.example',
  '/\u0009\\evil.example',
  '//\tevil.example',
  '//evil.example\\@127.0.0.1:8000',
  '//127.0.0.1:8000@evil.example',
  '//127.0.0.1:8000\\@evil.example',
  '//127.0.0.1:8000.evil.example',
  '//127.0.0.1:80000',
  '//127.0.0.1',
  '//localhost:8000',
  '//evil.example:8000',
  '//evil%E3%80%82example',
  '//evil\u3002example',
  '//\uff45vil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/x/..//evil.example',
  '/x/../..//evil.example',
  '/%2e//evil.example',
  '/%2e%2e//evil.example',
  '/.\\evil.example',
  '/./\\evil.example',
  '//127.0.0.1:8000//evil.example',
  '//127.0.0.1:8000/..//evil.example',
  '//127.0.0.1:8000/\\evil.example',
  '/;@evil.example',
  '/@evil.example',
  '@evil.example',
  '.evil.example',
  ':80',
  '?//evil.example',
  '#//evil.example',
  '/#//evil.example',
  '/?next=//evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  '/javascript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'blob:x',
  'file:///etc/passwd',
  'ftp://evil.example',
  'mailto:a@evil.example',
  'ws://evil.example',
  '//[::1]',
  '//[',
  '//%',
  '//0',
  '//2130706433:8000',
  '//0x7f000001:8000',
  '%2f%2fevil.example',
  '/%2f%2fevil.example',
  '/%5cevil.example',
  '/%09/evil.example',
  '/%0d%0aLocation:%20//evil.example',
  '/\u2028/evil.example',
  '/\ufeff/evil.example',
  '/\u200b/evil.example',
  '/\u00a0/evil.example',
  '\u00a0//evil.example',
  '\ufeff//evil.example',
  '',
  ' ',
  '.',
  '..',
  '/',
  'dashboard',
  `/${'/'.repeat(2000)}evil.example`,
  `/${'a'.repeat(5000)}`,
  '/<script>',
  '/"onmouseover="',
  "/'",
  '/\ud83d',
  '/dashboard/../..//evil.example/%2e%2e',
]

/** A path of ours for every browser: neither the URL standard nor an older reader leaves our origin. */
function expectOurs(location: string | null, next: string): void {
  expect(location, next).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/)
  expect(new URL(location ?? '', app.origin).origin, next).toBe(app.origin)
  expect(location, next).not.toMatch(/[\\\s]/)
}

const nextOf = (html: string) =>
  /name="next" value="([^"]*)"/
    .exec(html)?.[1]
    ?.replaceAll('&amp;', '&')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')

describe('a destination that somebody else chose (CWE-601)', () => {
  it('leads to a path of ours after sign-in, whatever it was', async () => {
    const signIns = hostile.map(async (next) => {
      const fields = { email: ann.email, password: ann.password, next: next.toWellFormed() }
      const response = await app.postForm('/login', fields)
      expect(response.status, next).toBe(303)
      expectOurs(response.headers.get('location'), next)
    })
    await Promise.all(signIns)
  })

  it('leads to a path of ours when already signed in', async () => {
    for (const next of hostile) {
      const path = `/login?next=${encodeURIComponent(next.toWellFormed())}`
      const response = await app.get(path, { cookie })
      expect(response.status, next).toBe(303)
      expectOurs(response.headers.get('location'), next)
    }
  })

  it('is carried through both forms and through registration only as a path of ours', async () => {
    for (const [at, given] of hostile.entries()) {
      const next = given.toWellFormed()
      for (const page of ['/login', '/register']) {
        const shown = await (await app.get(`${page}?next=${encodeURIComponent(next)}`)).text()
        const refused = await (await app.postForm(page, { email: '', next })).text()
        for (const html of [shown, refused]) {
          const carried = nextOf(html)
          if (carried !== undefined) expectOurs(carried, next)
          for (const [, link] of html.matchAll(/href="([^#"][^"]*)"/g))
            expectOurs(link as string, next)
        }
      }
      if (at % 8 !== 0) continue
      const email = `redirect${at}@mail.test.example`
      const fields = { full_name: 'Ann Lee', email, password: 'violet harbour lantern', next }
      const location = (await app.postForm('/register', fields)).headers.get('location') ?? ''
      expectOurs(location, next)
      const onward = new URL(location, app.origin).searchParams.get('next')
      if (onward !== null) expectOurs(onward, next)
    }
  })

  it('makes no header longer than what proxies and browsers take', async () => {
    for (const next of [
      `/${'日'.repeat(2040)}`,
      `/?${'"'.repeat(2040)}`,
      `/#${'é'.repeat(2040)}`,
    ]) {
      const login = await app.postForm(
        '/login',
        `email=${ann.email}&password=${ann.password}&next=${next}`,
      )
      expect(login.status).toBe(303)
      expect(login.headers.get('location')?.length).toBeLessThan(8000)
      const shown = await app.get(`/login?next=${next}`, { cookie })
      expect(shown.headers.get('location')?.length).toBeLessThan(8000)
    }
  })

  it('is taken when it is a path of ours', async () => {
    for (const [next, location] of [
      ['/me', '/me'],
      ['/dashboard?a=1&b=2#c', '/dashboard?a=1&b=2#c'],
      ['/a/../dashboard', '/dashboard'],
      ['//127.0.0.1:8000/me', '/me'],
      ['/straße', '/stra%C3%9Fe'],
    ]) {
      const response = await app.get(`/login?next=${encodeURIComponent(next as string)}`, {
        cookie,
      })
      expect(response.headers.get('location')).toBe(location)
    }
  })
})
