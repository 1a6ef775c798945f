import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { codeNow } from '../support/authenticator.ts'
import { openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { nextCode } from './authenticator-app.ts'
import {
  fillIn,
  givePassword,
  press,
  recoveryCodesOn,
  registered,
  signedInAs,
  signIn,
} from './visitor.ts'

const server = await startServer()

/** Sets up an app from the dashboard on, and gives its secret, the code that was used, and the recovery codes. */
async function setUp(page: Page) {
  await page.goto(`${server.url}/dashboard`)
  await page.getByRole('link', { name: 'Security' }).click()
  await press(page, 'Set up an authenticator app')
  await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor()
  const typed = (await page.locator('code').textContent()) ?? ''
  await fillIn(page, { Code: '000000' })
  await press(page, 'Confirm')
  await page.getByRole('alert').waitFor()
  expect(await page.locator('code').textContent(), 'the same secret after a wrong code').toBe(typed)
  const used = codeNow(typed)
  await fillIn(page, { Code: used })
  await press(page, 'Confirm')
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor()
  return { typed, used, codes: await recoveryCodesOn(page) }
}

/** The first step of a sign-in, on the way to a page that anybody signed in may see. */
async function begin(page: Page, email: string): Promise<void> {
  await page.goto(`${server.url}/account/sessions`)
  await givePassword(page, { email })
  await page.waitForURL(/\/login\/factor/)
}

it.each([true, false])(
  'a person sets up an app, and signs in with it from then on (script: %s)',
  async (javaScriptEnabled) => {
    const page = await openPage({ javaScriptEnabled })
    const { email } = await registered(server)
    await signIn(page, server, { email, full_name: '' })
    const { typed, used, codes } = await setUp(page)
    expect(codes).toHaveLength(10)

    await page.context().clearCookies()
    await begin(page, email)
    expect(await signedInAs(page, server)).toBeUndefined()
    await fillIn(page, { Code: used })
    await press(page, 'Sign in')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('That code was not accepted')
    await fillIn(page, { Code: nextCode(typed) })
    await press(page, 'Sign in')
    await page.waitForURL(/\/account\/sessions$/)
    expect(await signedInAs(page, server)).toBe(email)
    const own = page.getByRole('listitem').filter({ hasText: 'this one' })
    expect(await own.getByText('by password and authenticator app').count()).toBe(1)
  },
)

it('a person who has lost the phone comes in with a recovery code, once, and is told what is left', async () => {
  const page = await openPage()
  const { email } = await registered(server)
  await signIn(page, server, { email, full_name: '' })
  const { codes } = await setUp(page)
  const [first = ''] = codes
  for (const isFirst of [true, false]) {
    await page.context().clearCookies()
    await begin(page, email)
    await page.getByRole('link', { name: 'Use a recovery code instead' }).click()
    await fillIn(page, { 'Recovery code': ` ${first.toUpperCase().replaceAll('-', ' ')} ` })
    await press(page, 'Sign in')
    if (!isFirst) await page.getByText('That code was not accepted').waitFor()
    else await page.getByRole('status').getByText('9 codes are left').waitFor()
  }
})

it('recovery codes are copied by a button, and shown no second time', async () => {
  const page = await openPage()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await signIn(page, server, await registered(server))
  const { codes } = await setUp(page)
  await press(page, 'Copy')
  await page.getByText('Copied.').waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(codes.join('\n'))
  await page.goto(`${server.url}/account/security`)
  expect(await page.content()).not.toContain(codes[0])
  await press(page, 'Make new codes')
  const next = await recoveryCodesOn(page)
  expect(next.filter((code) => codes.includes(code))).toEqual([])
})

it('an app is removed with a code of it, and a password is enough again', async () => {
  const page = await openPage()
  const { email } = await registered(server)
  await signIn(page, server, { email, full_name: '' })
  const { typed } = await setUp(page)
  await page.goto(`${server.url}/account/security`)
  await fillIn(page, { 'Code of the app, or a recovery code': nextCode(typed) })
  await press(page, 'Remove the app')
  await page.getByRole('status').getByText('Your authenticator app is removed').waitFor()
  await page.context().clearCookies()
  await signIn(page, server, { email, full_name: '' })
  expect(await signedInAs(page, server)).toBe(email)
})
