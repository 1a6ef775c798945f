import { describe, expect, it } from 'vitest'
import { Browser, somebody, startApp } from '../support/app.ts'

const app = await startApp({ serviceName: 'A<b>&"Service' })

const payloads = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</title><script>alert(1)</script>',
  '</textarea><script>x</script>',
  '"onfocus="alert(1)"autofocus="',
  '<!--<script>',
  '&lt;script&gt;',
  '&#60;b&#62;',
  '{{constructor}}',
  '#{alert(1)}',
  '\u003cscript\u003e',
  '\uff1cscript\uff1e',
  '`<b>`',
]

/** The document without what the pages themselves consist of. */
function expectTextOnly(html: string, payload: string): void {
  const scripts = html.match(/<script\b[^>]*>/g) ?? []
  expect(scripts.length).toBeLessThanOrEqual(2)
  for (const script of scripts) expect(script).toMatch(/^<script src="\/assets\/[\w.]+" defer>$/)
  expect(html).not.toMatch(/<(img|b|iframe|textarea)\b/)
  // Without the values of attributes only names are left.
  expect(html.replaceAll(/"[^"]*"/g, '')).not.toMatch(/<[^>]*\son\w+\s*=/)
  expect(html).not.toMatch(/javascript:/i)
  if (/[<>"]/.test(payload)) expect(html).not.toContain(payload)
}

const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

describe('markup in what people type (CWE-79)', () => {
  it.each(payloads)('stands on the dashboard as text: %s', async (payload) => {
    const full_name = `Ann ${payload}`
    const cookie = await app.cookieOf(await app.registered({ full_name }))
    const html = await (await app.get('/dashboard', { cookie })).text()
    expectTextOnly(html, payload)
    expect(html).toContain(`Welcome, ${escaped(full_name)}!`)
    const me = await app.get('/me', { cookie })
    expect(me.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(JSON.parse(await me.text())).toMatchObject({ name: full_name })
  })

  it.each(payloads)('comes back in refused forms as text: %s', async (payload) => {
    const given = { email: payload, full_name: payload, password: payload, next: `/${payload}` }
    for (const path of ['/login', '/register']) {
      const html = await (await new Browser(app).submit(path, given)).text()
      expectTextOnly(html, payload)
      expect(html).toContain(`value="${escaped(payload)}"`)
    }
  })

  it.each(payloads)('in an address appears nowhere: %s', async (payload) => {
    const encoded = encodeURIComponent(payload)
    for (const path of [
      `/login?next=${encoded}&notice=${encoded}`,
      `/${encoded}`,
      `/register?${encoded}`,
    ]) {
      const html = await (await app.get(path, { accept: 'text/html' })).text()
      expectTextOnly(html, payload)
    }
  })

  it('in the name of the service is text as well', async () => {
    const html = await (await app.get('/login')).text()
    expect(html).toContain('<p class="brand">A&lt;b&gt;&amp;&quot;Service</p>')
  })

  it('cannot become a page by being opened: problems and facts are inert', async () => {
    const { email } = somebody()
    for (const response of [
      await app.get('/me'),
      await app.postJson('/login', { email, password: 'x' }),
      await app.get('/nothing'),
    ]) {
      expect(response.headers.get('content-type')).toMatch(/^application\/(problem\+)?json/)
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('content-security-policy')).toMatch(/; sandbox$/)
    }
  })
})
