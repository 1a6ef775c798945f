import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { foreignSite } from './foreign-site.ts'
import { fillIn, password, registered, signIn } from './visitor.ts'

const server = await startServer()
const site = await foreignSite()
const ada = await registered(server)

/** All that a browser complains about while it shows the page. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    // A refusal is an answer: Chromium reports each status of 400 and above.
    const isStatus = message.text().startsWith('Failed to load resource')
    if (isStatus && message.location().url === page.url()) return
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('requestfailed', (request) => complaints.push(request.url()))
  return complaints
}

describe('the browser has nothing to complain about', () => {
  it.each(['/login', '/login?notice=registered', '/register', '/nowhere'])(
    'on %s',
    async (path) => {
      const page = await openPage()
      const complaints = complaintsOf(page)
      await page.goto(server.url + path)
      expect(complaints).toEqual([])
    },
  )

  it('from a refused sign-in to the dashboard and out again', async () => {
    const page = await openPage()
    const complaints = complaintsOf(page)
    await page.goto(`${server.url}/login`)
    await fillIn(page, { 'E-mail address': ada.email, Password: 'not the password' })
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').waitFor()
    await page.getByRole('button', { name: 'Show password' }).click()
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL('**/dashboard')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/login')
    expect(complaints).toEqual([])
  })
})

describe('were escaping ever to fail, the policy would let', () => {
  it.each([
    ['no inline script run', '<script>window.broken = true</script>'],
    ['no handler in an attribute run', '<img src="/nowhere" onerror="window.broken = true">'],
    ['no script from elsewhere load', `<script src="${site.elsewhere}/evil.js"></script>`],
    ['no image tell another site', `<img src="${site.elsewhere}/spy.png">`],
    ['no style be changed', '<style>h1 { display: none }</style><p style="display: none">x</p>'],
    ['no frame be shown', `<iframe src="${site.elsewhere}/frame"></iframe>`],
    ['no base address be set', `<base href="${site.elsewhere}/">`],
  ])('%s', async (_, injected) => {
    const page = await openPage()
    await page.addInitScript(`
      window.violations = []
      document.addEventListener('securitypolicyviolation', (event) => {
        window.violations.push(event.effectiveDirective)
      })`)
    site.visits.clear()
    await page.route(`${server.url}/login`, async (route) => {
      const response = await route.fetch()
      const body = (await response.text()).replace('</h1>', `</h1>${injected}`)
      await route.fulfill({ response, body })
    })
    await page.goto(`${server.url}/login`)

    await expect.poll(() => page.evaluate('violations.length')).toBeGreaterThan(0)
    expect(await page.evaluate('window.broken')).toBeUndefined()
    expect(await page.evaluate('document.baseURI')).toBe(`${server.url}/login`)
    expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(true)
    expect([...site.visits.keys()]).toEqual([])
  })

  it('no form send what is typed to another site', async () => {
    const page = await openPage()
    await page.goto(`${server.url}/login`)
    site.visits.clear()
    await page.evaluate(`document.forms[0].action = '${site.elsewhere}/take'`)
    await fillIn(page, { 'E-mail address': ada.email, Password: password })
    const refused = page.waitForEvent('console', (it) => it.text().includes('form-action'))
    await page.evaluate('document.forms[0].requestSubmit()')
    await refused
    expect([...site.visits.keys()]).toEqual([])
  })
})

describe('after a sign-in', () => {
  let page: Page

  beforeEach(async () => {
    page = await openPage()
    await signIn(page, server, ada)
    await page.goto(`${server.url}/dashboard`)
  })

  it('scripts find no cookie and nothing stored', async () => {
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(await page.evaluate('[localStorage.length, sessionStorage.length]')).toEqual([0, 0])
    expect(await page.evaluate('indexedDB.databases()')).toEqual([])
    expect(await page.evaluate('caches.keys()')).toEqual([])
  })

  it('the browser keeps two cookies, HttpOnly, Lax, for this host alone: the session for a day, and that it is known for half a year', async () => {
    const cookies = await page.context().cookies()
    expect(cookies.map(({ name }) => name).sort()).toEqual(['sallyport', 'sallyport_known'])
    for (const { name, expires, ...cookie } of cookies) {
      expect(cookie).toMatchObject({
        domain: '127.0.0.1',
        path: '/',
        httpOnly: true,
        sameSite: 'Lax',
        // On plain loopback only; see the tests of the cookie for https.
        secure: false,
      })
      const lifetime = (name === 'sallyport' ? 1 : 180) * 24 * 60 * 60
      expect(expires).toBeGreaterThan(Date.now() / 1000 + lifetime - 300)
      expect(expires).toBeLessThanOrEqual(Date.now() / 1000 + lifetime + 1)
    }
  })

  it('no address that was visited is told to another site', async () => {
    await page.goto(`${server.url}/dashboard?from=a-secret-mail`)
    await page.evaluate(`{
      const link = document.createElement('a')
      link.href = '${site.elsewhere}/followed'
      document.body.append(link)
      link.click()
    }`)
    await page.waitForURL('**/followed')
    expect(site.visits.get('/followed')).toBeDefined()
    expect(site.visits.get('/followed')?.referer).toBeUndefined()
  })

  it('a link from another site still arrives signed in', async () => {
    site.html = `<a href="${server.url}/dashboard">Your account</a>`
    await page.goto(site.elsewhere)
    await page.getByRole('link').click()
    await page.getByRole('heading', { name: 'Welcome' }).waitFor()
  })

  it('signing out leaves the browser with nothing but that somebody has signed in on it', async () => {
    await page.evaluate(`localStorage.setItem('left', 'behind')`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/login')
    const left = await page.context().cookies()
    expect(left.map(({ name }) => name)).toEqual(['sallyport_known'])
    expect(await page.evaluate('localStorage.length')).toBe(0)
    const here = await page.goto(`${server.url}/me`)
    expect(here?.status()).toBe(401)
  })
})
