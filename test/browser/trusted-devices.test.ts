import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { nextCode, setUpApp } from './authenticator-app.ts'
import {
  fillIn,
  givePassword,
  type Person,
  press,
  registered,
  signedInAs,
  signIn,
} from './visitor.ts'

// Three codes are used within half a minute.
const server = await startServer({ env: { SALLYPORT_TOTP_DRIFT: '2' } })
const at = (path: string) => server.url + path

/** Somebody who has an app, in a browser that has never signed in with it. */
async function withApp(javaScriptEnabled = true) {
  const page = await openPage({ javaScriptEnabled })
  const person = await registered(server)
  await signIn(page, server, person)
  await page.goto(at('/account/security'))
  await press(page, 'Set up an authenticator app')
  const typed = await setUpApp(page)
  await page.context().clearCookies()
  return { page, person, typed }
}

/** The session ends as sessions do; everything else that the browser keeps stays. */
async function endSession(page: Page): Promise<void> {
  await page.context().clearCookies({ name: 'sallyport' })
  await page.goto(at('/login'))
}

/** Both steps of a sign-in, with the box ticked. */
async function trust(page: Page, person: Person, typed: string): Promise<void> {
  await page.goto(at('/login'))
  await givePassword(page, person)
  expect(await box(page).isChecked()).toBe(false)
  await page.getByText('for 30 days').click()
  await fillIn(page, { Code: nextCode(typed) })
  await press(page, 'Sign in')
  await page.waitForURL(at('/dashboard'))
}

const box = (page: Page) => page.getByLabel('Do not ask for a code on this device')

it.each([true, false])(
  'a browser that is trusted is asked for no code, until it is removed (script: %s)',
  async (javaScriptEnabled) => {
    const { page, person, typed } = await withApp(javaScriptEnabled)
    await trust(page, person, typed)
    await endSession(page)
    await givePassword(page, person)
    await page.waitForURL(at('/dashboard'))
    expect(await signedInAs(page, server)).toBe(person.email)

    // A trusted browser is no second factor: to see places and to change anything a code is asked for.
    await page.goto(at('/account/security'))
    const devices = page.getByRole('region', { name: 'Trusted devices' })
    expect(await devices.count()).toBe(0)
    await page.getByRole('link', { name: 'Confirm that it is you to change any of this' }).click()
    await fillIn(page, { Code: nextCode(typed, 2) })
    await press(page, 'Confirm')
    await page.waitForURL(at('/account/security'))

    await devices.getByRole('heading', { name: 'Chrome on Linux this one' }).waitFor()
    await press(page, 'Remove Chrome on Linux this one')
    await page.getByRole('status').getByText('That device is not trusted any more.').waitFor()
    expect(await devices.count()).toBe(0)
    await endSession(page)
    await givePassword(page, person)
    await page.waitForURL(at('/login/factor'))
    expect(await signedInAs(page, server)).toBeUndefined()
  },
)

it('a browser where the box was not ticked is asked for a code every time', async () => {
  const { page, person, typed } = await withApp()
  await page.goto(at('/login'))
  await givePassword(page, person)
  await fillIn(page, { Code: nextCode(typed) })
  await press(page, 'Sign in')
  await page.waitForURL(at('/dashboard'))
  await endSession(page)
  await givePassword(page, person)
  await page.waitForURL(at('/login/factor'))
})

it('a browser that is trusted stays so over a sign-out', async () => {
  const { page, person, typed } = await withApp()
  await trust(page, person, typed)
  await press(page, 'Sign out')
  await page.waitForURL(at('/login'))
  await givePassword(page, person)
  await page.waitForURL(/dashboard|factor/)
  expect(page.url()).toBe(at('/dashboard'))
})
