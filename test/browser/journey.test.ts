import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { fillIn, password, registered, signedInAs, signIn } from './visitor.ts'

const server = await startServer()
const at = (path: string) => `${server.url}${path}`

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('%s, a person', (mode, javaScriptEnabled) => {
  const email = `${mode.replaceAll(' ', '-').toLowerCase()}@example.com`

  it('registers, signs in, sees the dashboard and signs out', async () => {
    const page = await openPage({ javaScriptEnabled })
    await page.goto(at('/'))
    expect(page.url()).toBe(at('/login'))

    await page.getByRole('link', { name: 'Create an account' }).click()
    await fillIn(page, { 'Full name': 'Ada Lovelace', 'E-mail address': email, Password: password })
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByText('Your account is ready.').waitFor()

    await fillIn(page, { 'E-mail address': email, Password: password })
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(at('/dashboard'))
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
      'Welcome, Ada Lovelace!',
    )
    expect(await page.getByText(email).isVisible()).toBe(true)

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(at('/login'))
    await page.goto(at('/dashboard'))
    expect(page.url()).toBe(at('/login'))
  })

  it('leaves nothing to whoever presses the Back button after the sign-out', async () => {
    const page = await openPage({ javaScriptEnabled })
    const person = await registered(server, 'Grace Hopper')
    await signIn(page, server, person)
    await page.goto(at('/dashboard'))
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(at('/login'))

    await page.goBack()
    expect(page.url()).toBe(at('/login'))
    expect(await page.content()).not.toMatch(/Grace|person-/)
  })

  it('lands where they wanted to go, even when they had to register first', async () => {
    const page = await openPage({ javaScriptEnabled })
    const wanted = at('/dashboard?from=a%20mail')
    await page.goto(wanted)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await fillIn(page, {
      'Full name': 'Ada',
      'E-mail address': `next-${email}`,
      Password: password,
    })
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByText('Your account is ready.').waitFor()

    // A refusal on the way does not lose it.
    await fillIn(page, { 'E-mail address': `next-${email}`, Password: 'not the password' })
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(wanted)
  })
})

it.each(['/\\evil.example', 'https://evil.example/'])(
  'never leads from the sign-in to a foreign address like %j',
  async (next) => {
    const page = await openPage()
    const { email } = await registered(server)
    await page.goto(at(`/login?next=${encodeURIComponent(next)}`))
    await fillIn(page, { 'E-mail address': email, Password: password })
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(at('/dashboard'))
  },
)

it('shows who is signed in no sign-in or registration form', async () => {
  const page = await openPage()
  await signIn(page, server, await registered(server))
  for (const path of ['/', '/login', '/register']) {
    await page.goto(at(path))
    expect(page.url()).toBe(at('/dashboard'))
  }
})

it('refuses a dashboard that was left open by the person signed in before, and ends nobody’s session', async () => {
  const page = await openPage()
  await signIn(page, server, await registered(server))
  await page.goto(at('/dashboard'))
  const other = await registered(server)
  await signIn(page, server, other)

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Form out of date' }).waitFor()
  expect(await signedInAs(page, server)).toBe(other.email)
})

it('can be walked from end to end by keyboard alone', async () => {
  const page = await openPage()
  await page.goto(at('/'))
  await tabTo(page, 'Create an account')
  await page.keyboard.press('Enter')
  await page.waitForURL(at('/register'))

  await tabTo(page, 'Full name')
  await page.keyboard.type('Ada Lovelace')
  await tabTo(page, 'E-mail address')
  await page.keyboard.type('keyboard@example.com')
  await tabTo(page, 'Password')
  await page.keyboard.type(password)
  await tabTo(page, 'Show password')
  await tabTo(page, 'Create account')
  await page.keyboard.press('Space')
  await page.getByText('Your account is ready.').waitFor()

  await tabTo(page, 'E-mail address')
  await page.keyboard.type('keyboard@example.com')
  await tabTo(page, 'Password')
  await page.keyboard.type(password)
  // From within the field: the button that shows the password must not take this for itself.
  await page.keyboard.press('Enter')
  await page.waitForURL(at('/dashboard'))

  await tabTo(page, 'Sign out')
  await page.keyboard.press('Enter')
  await page.waitForURL(at('/login'))
  expect(await signedInAs(page, server)).toBeUndefined()
})

/** A few presses of Tab, never the mouse. The controls between may be passed, not lost in. */
async function tabTo(page: Page, name: string): Promise<void> {
  const passed: string[] = []
  for (let presses = 0; presses < 6; presses += 1) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate<string>(`{
      const it = document.activeElement
      it.labels?.[0]?.textContent || it.ariaLabel || it.textContent
    }`)
    if (focused === name) return
    passed.push(focused.slice(0, 40))
  }
  throw new Error(`No way by Tab to "${name}", only past ${passed.join(', ')}`)
}
