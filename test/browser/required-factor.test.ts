import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { nextCode, setUpApp } from './authenticator-app.ts'
import { VirtualAuthenticator } from './virtual-authenticator.ts'
import { fillIn, givePassword, press, registered, signedInAs } from './visitor.ts'

const server = await startServer({ env: { SALLYPORT_REQUIRE_MFA: 'all' } })
const site = { url: server.named, dataDir: server.dataDir }
const at = (path: string) => site.url + path

/** Somebody with a password alone, stopped on the way in. */
async function stopped(page: Page) {
  const person = await registered(site)
  await page.goto(at('/login'))
  await givePassword(page, person)
  await page.getByRole('heading', { name: 'Protect your account' }).waitFor()
  expect(await signedInAs(page, site)).toBeUndefined()
  return person
}

async function keepCodes(page: Page): Promise<void> {
  expect(await page.locator('.codes code').count()).toBe(10)
  await page.getByRole('link', { name: 'I have kept them' }).click()
  await page.waitForURL(at('/dashboard'))
}

it.each([true, false])(
  'who has a password alone sets up an app in three steps, and is in (script: %s)',
  async (javaScriptEnabled) => {
    const page = await openPage({ javaScriptEnabled })
    const person = await stopped(page)
    await page.goto(at('/dashboard'))
    expect(page.url(), 'no way around').toContain('/login')
    await page.goto(at('/login/enrolment'))
    await press(page, 'Set up an authenticator app')
    await page.getByText('Step 3 of 3').waitFor()
    const typed = (await page.locator('code').textContent()) ?? ''
    await fillIn(page, { Code: '000000' })
    await press(page, 'Confirm')
    await page.getByRole('alert').waitFor()
    expect(await page.locator('code').textContent(), 'the same secret after a wrong code').toBe(
      typed,
    )
    await setUpApp(page)
    expect(await signedInAs(page, site)).toBe(person.email)
    await keepCodes(page)

    await page.context().clearCookies()
    await page.goto(at('/login'))
    await givePassword(page, person)
    await fillIn(page, { Code: nextCode(typed) })
    await press(page, 'Sign in')
    await page.waitForURL(at('/dashboard'))
  },
)

it('who has a password alone makes a passkey, and is in', async () => {
  const page = await openPage()
  const authenticator = await VirtualAuthenticator.on(page)
  const person = await stopped(page)
  await press(page, 'Make a passkey')
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor()
  expect(await authenticator.passkeys()).toBe(1)
  expect(await signedInAs(page, site)).toBe(person.email)
  await keepCodes(page)

  await page.goto(at('/account/security'))
  await page.getByText('this is your only one: it cannot be removed').first().waitFor()
  await page.getByRole('link', { name: /^Manage/ }).click()
  await page.getByText('this is your only one: it cannot be removed').waitFor()
  expect(await page.getByRole('button', { name: /^Remove/ }).count()).toBe(0)
})

it('who can make no passkey here is told so, and led to an app', async () => {
  const page = await openPage({ javaScriptEnabled: false })
  await stopped(page)
  await page.getByRole('button', { name: 'Set up an authenticator app', exact: true }).waitFor()
  expect(await page.getByRole('button', { name: 'Make a passkey' }).count()).toBe(0)
  await page.getByText('This browser cannot make a passkey here. Please use an app.').waitFor()
})
