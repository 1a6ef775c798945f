import { setTimeout as delay } from 'node:timers/promises'
import type { Page, Route } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { fillIn, password } from './visitor.ts'

const server = await startServer()

/** The first password waits for the dictionaries, at low priority: longer than a page does on a busy machine. */
beforeAll(async () => {
  while ((await checked()) !== 200) await delay(200)
}, 180_000)

async function checked(): Promise<number> {
  const { status } = await fetch(`${server.url}/password/check`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  })
  return status
}

async function open(options = {}): Promise<Page> {
  const page = await openPage(options)
  await page.goto(`${server.url}/register`)
  return page
}

const meterOf = (page: Page) => page.locator('[data-strength]')
const wordsOf = async (page: Page) =>
  (await meterOf(page).getByRole('status').textContent())?.replace('Password: ', '')
const says = (page: Page) => expect.poll(() => wordsOf(page), { timeout: 15_000 })
const type = (page: Page, text: string) => fillIn(page, { Password: text })
const lit = (page: Page) =>
  page
    .locator('.lamps > *')
    .evaluateAll(
      (lamps) =>
        new Set(lamps.map((it) => it.ownerDocument.defaultView.getComputedStyle(it).background))
          .size,
    )

/** Every text that was put where screen readers listen, in order. */
async function announcements(page: Page): Promise<string[]> {
  await page.evaluate(`{
    window.announced = []
    const status = document.querySelector('[data-strength] [role=status]')
    new MutationObserver(() => window.announced.push(status.textContent))
      .observe(status, { childList: true, characterData: true, subtree: true })
  }`)
  return await page.evaluate('window.announced')
}

it('is there as soon as there is a script, and rests until somebody types', async () => {
  const page = await open()
  expect(await meterOf(page).isVisible()).toBe(true)
  expect(await wordsOf(page)).toBe('Strength Shown here as you type.')
})

it('says in words and light how good a password is, and what would make it better', async () => {
  const page = await open()
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await type(page, 'short')
  await says(page).toBe('Very weak Password must be at least 12 characters.')
  expect(await lit(page)).toBe(1)
  await type(page, 'Password1234')
  await says(page).toMatch(/^Weak This is one of the passwords that are tried/)
  expect(await lit(page)).toBe(2)
  await type(page, password)
  await says(page).toBe('Strong You can use this one.')
  expect(await lit(page)).toBe(1)
  await type(page, '')
  await says(page).toBe('Strength Shown here as you type.')
})

it('asks when the person pauses, not at every key, and announces each verdict once', async () => {
  const page = await openPage()
  await page.clock.install()
  await page.goto(`${server.url}/register`)
  await page.clock.pauseAt(Date.now() + 60_000)
  let asked = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/password/check')) asked += 1
  })
  const answered = () => page.waitForResponse('**/password/check')
  await announcements(page)
  await page.getByLabel('Password', { exact: true }).focus()
  for (const key of password) {
    await page.keyboard.type(key)
    await page.clock.runFor(299)
  }
  expect(asked).toBe(0)
  const [first] = await Promise.all([answered(), page.clock.runFor(1)])
  expect(await first.finished()).toBe(null)
  await says(page).toMatch(/^Strong/)
  await page.keyboard.type('.')
  const [second] = await Promise.all([answered(), page.clock.runFor(300)])
  expect(await second.finished()).toBe(null)
  expect(asked).toBe(2)
  await page.waitForLoadState('networkidle')
  const announced = await page.evaluate<string[]>('window.announced')
  expect(new Set(announced)).toEqual(new Set(['Password: Strong You can use this one.']))
  expect(announced.length).toBeLessThanOrEqual(2)
})

it('looks again when the name is given that the password is made of', async () => {
  const page = await open()
  await type(page, 'nightingale1820')
  await says(page).toMatch(/You can use this one/)
  await fillIn(page, { 'Full name': 'Florence Nightingale' })
  await says(page).toMatch(/^Weak Password must not be built from your name/)
})

it('keeps to the last that was typed, however late the answers come', async () => {
  const page = await open()
  const held: Route[] = []
  await page.route('**/password/check', (route) => void held.push(route), { times: 1 })
  await type(page, 'abcabcabcabc')
  await expect.poll(() => held.length).toBe(1)
  await type(page, password)
  await says(page).toMatch(/^Strong/)
  // What was asked first is answered last; the page may have given it up by then.
  for (const route of held) await route.continue().catch(() => undefined)
  await page.waitForLoadState('networkidle')
  expect(await wordsOf(page)).toMatch(/^Strong/)
})

it.each([
  ['is busy', { status: 503, json: {} }],
  ['answers with something else', { status: 200, body: '<!doctype html>' }],
])('goes quiet when the server %s, and the form still works', async (_, answer) => {
  const page = await open()
  const errors: Error[] = []
  page.on('pageerror', (error) => errors.push(error))
  await type(page, password)
  await says(page).toMatch(/^Strong/)
  await page.route('**/password/check', (route) => route.fulfill(answer))
  await type(page, `${password}.`)
  await says(page).toMatch(/^\s*$/)
  await fillIn(page, { 'Full name': 'Ada', 'E-mail address': `quiet-${answer.status}@example.com` })
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.waitForURL('**/login?notice=registered')
  expect(errors).toEqual([])
})

it('moves nothing on the page while it speaks, on a phone and on a desk', async () => {
  for (const width of [390, 1280]) {
    const page = await open({ width })
    const button = page.getByRole('button', { name: 'Create account' })
    const before = await button.boundingBox()
    await fillIn(page, { 'Full name': 'Florence Nightingale' })
    for (const [text, said] of [
      ['abcabcabcabc', /Repeats/],
      ['Password1234', /tried first/],
      ['abcdefghijklmn', /Sequences/],
      ['nightingale1820', /your name/],
      ['short', /12 characters/],
      [password, /You can use/],
    ] as const) {
      await type(page, text)
      await says(page).toMatch(said)
      expect(await button.boundingBox()).toEqual(before)
    }
  }
})

it('is not there without a script, and the form works', async () => {
  const page = await open({ javaScriptEnabled: false })
  expect(await meterOf(page).isVisible()).toBe(false)
  await fillIn(page, {
    'Full name': 'Ada',
    'E-mail address': 'scriptless@example.com',
    Password: 'abcabcabcabc',
  })
  const button = page.getByRole('button', { name: 'Create account' })
  await button.click()
  expect(await page.getByRole('alert').textContent()).toContain('Repeats like “abcabc”')
  await type(page, password)
  await button.click()
  await page.waitForURL('**/login?notice=registered')
})
