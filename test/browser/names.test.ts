import { expect, it } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { widerThanScreen } from './measures.ts'
import { fillIn, registered, sendUnchecked, signIn } from './visitor.ts'

const server = await startServer({
  env: { SALLYPORT_SERVICE_NAME: '<b>Harbour</b> & {{Sons}} "of the old town"' },
})

const hostile: [what: string, name: string][] = [
  ['a script', '<script>window.broken = true</script>'],
  ['an attribute that ends early', '"><img src=x onerror="window.broken = true">'],
  ['the end of the document', '</h1></main></body></html>'],
  ['a template', '{{7*7}} <%= 7*7 %> #{7*7}'],
  ['an escaped character', '&lt;b&gt; &amp; &#x41;'],
  ['a name in another direction', 'عائشة בת 3 محمد'],
  ['emoji of several parts', '👩‍🚀 Sally 🏳️‍🌈'],
  ['one word of 200 letters', 'W'.repeat(200)],
  ['200 letters of two units each', '𝒜'.repeat(200)],
]

it.each(hostile)('shows %s as the text it is, on the narrowest screen too', async (_, name) => {
  const page = await openPage({ width: 320, height: 640 })
  const unharmed = async () => {
    expect(await page.evaluate('window.broken')).toBeUndefined()
    expect(await page.locator('main img, main script, main b').count()).toBe(0)
    expect(await widerThanScreen(page)).toEqual([])
  }

  await page.goto(`${server.url}/register`)
  await fillIn(page, { 'Full name': name, 'E-mail address': name.slice(0, 80), Password: 'short' })
  await sendUnchecked(page)
  expect(await page.getByLabel('Full name').inputValue()).toBe(name)
  expect(await page.getByLabel('E-mail address').inputValue()).toBe(name.slice(0, 80).trim())
  await unharmed()

  await signIn(page, server, await registered(server, name))
  await page.goto(`${server.url}/dashboard`)
  const shown = name.normalize('NFC')
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Welcome, ${shown}!`)
  expect(await page.locator('.person-name').textContent()).toBe(shown)
  expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(true)
  await unharmed()
})

it('lets a letter that cannot be broken, of 180 stacked marks, neither widen the page nor hide its controls', async () => {
  const page = await openPage({ width: 320, height: 640 })
  await signIn(page, server, await registered(server, `Z${'\u0336\u0353\u0359'.repeat(60)}algo`))
  await page.goto(`${server.url}/dashboard`)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL('**/login')
})

it('shows a name in another direction beside its letter, where every name begins', async () => {
  const page = await openPage()
  await signIn(page, server, await registered(server, 'عائشة'))
  await page.goto(`${server.url}/dashboard`)
  const startOf = (selector: string) =>
    page.locator(selector).evaluate((it) => {
      const range = it.ownerDocument.createRange()
      range.selectNodeContents(it)
      return range.getBoundingClientRect().left
    })
  expect(await startOf('bdi.person-name')).toBeCloseTo(await startOf('bdi.person-more'), 0)
})

it('shows the name of the service as text, in the page and in its title', async () => {
  const page = await openPage({ width: 320, height: 640 })
  await page.goto(`${server.url}/login`)
  const service = '<b>Harbour</b> & {{Sons}} "of the old town"'
  expect(await page.locator('.brand').textContent()).toBe(service)
  expect(await page.title()).toBe(`Sign in · ${service}`)
  expect(await widerThanScreen(page)).toEqual([])
})
