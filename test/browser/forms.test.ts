import type { Page, Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { fillIn, password, registered, sendUnchecked, signedInAs } from './visitor.ts'

const server = await startServer()

async function open(path: string, options = {}): Promise<Page> {
  const page = await openPage(options)
  await page.goto(`${server.url}${path}`)
  return page
}

const input = (page: Page, label: string) => page.getByLabel(label, { exact: true })
const focused = (page: Page) => page.evaluate<string>('document.activeElement.id')

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('%s, a refused form', (_, javaScriptEnabled) => {
  it('names all that is wrong, in the order of the fields, in a summary that has the focus', async () => {
    const page = await open('/register', { javaScriptEnabled })
    await fillIn(page, { 'Full name': ' ', 'E-mail address': 'nobody', Password: 'short' })
    await sendUnchecked(page)

    const summary = page.getByRole('alert')
    expect(await summary.evaluate((it) => it === it.ownerDocument.activeElement)).toBe(true)
    expect(await summary.getByRole('link').allTextContents()).toEqual([
      'Full name is required',
      'Enter an e-mail address, such as name@example.com',
      'Password must be at least 12 characters',
    ])
    expect(await page.title()).toMatch(/^Error: Create account/)
  })

  it('leads from each line of the summary to its field, by the first Tab too', async () => {
    const page = await open('/register', { javaScriptEnabled })
    await fillIn(page, { 'Full name': 'Ada', 'E-mail address': 'nobody', Password: 'short' })
    await sendUnchecked(page)

    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('email')
    await page.getByRole('link', { name: 'Password must be' }).click()
    expect(await focused(page)).toBe('password')
  })

  it('keeps what was typed, but not the password', async () => {
    const page = await open('/register', { javaScriptEnabled })
    await fillIn(page, {
      'Full name': 'Ada "the <first>" & O’Neill',
      'E-mail address': 'nobody',
      Password: 'short',
    })
    await sendUnchecked(page)

    expect(await input(page, 'Full name').inputValue()).toBe('Ada "the <first>" & O’Neill')
    expect(await input(page, 'E-mail address').inputValue()).toBe('nobody')
    expect(await input(page, 'Password').inputValue()).toBe('')
    expect(await page.content()).not.toContain('short"')
  })
})

it('marks the fields that are wrong, says why at each, and marks no other', async () => {
  const page = await open('/register')
  await fillIn(page, { 'Full name': 'Ada', 'E-mail address': 'ada@example.com', Password: 'x' })
  await sendUnchecked(page)

  expect(await stateOf(page, 'Full name')).toEqual({ invalid: null, description: '' })
  expect(await stateOf(page, 'E-mail address')).toEqual({ invalid: null, description: '' })
  const { invalid, description } = await stateOf(page, 'Password')
  expect(invalid).toBe('true')
  expect(description).toContain('Error: Password must be at least 12 characters')
  expect(description).toContain('At least 12 characters.')
})

it('says at a wrong password no more than at an unknown address', async () => {
  const { email } = await registered(server)
  const answers: string[] = []
  for (const given of [email, 'unknown@example.com']) {
    const page = await open('/login')
    await fillIn(page, { 'E-mail address': given, Password: 'not the password' })
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('Invalid credentials')
    expect(await input(page, 'E-mail address').inputValue()).toBe(given)
    expect(await input(page, 'Password').inputValue()).toBe('')
    expect(await signedInAs(page, server)).toBeUndefined()
    answers.push((await page.content()).replace(given, ''))
  }
  expect(answers[0]).toBe(answers[1])
})

/** What assistive technology is told of a field besides its label. */
async function stateOf(page: Page, label: string) {
  const field = input(page, label)
  const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? []
  const texts = ids.map((id) => page.locator(`#${id}`).textContent())
  return {
    invalid: await field.getAttribute('aria-invalid'),
    description: (await Promise.all(texts)).join(' '),
  }
}

it('refuses to register an address twice, and keeps the first account', async () => {
  const { email } = await registered(server)
  const page = await open('/register')
  const other = 'some quite different words'
  await fillIn(page, { 'Full name': 'Eve', 'E-mail address': email.toUpperCase(), Password: other })
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').textContent()).toContain('Email already registered')
  expect(await input(page, 'Full name').inputValue()).toBe('Eve')

  await page.getByRole('link', { name: 'Sign in' }).click()
  await fillIn(page, { 'E-mail address': email, Password: other })
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  expect(await signedInAs(page, server)).toBeUndefined()
})

it.each([
  ['too short', 'eleven char', 'Password must be at least 12 characters'],
  ['made of the name', 'ada.lovelace.1815', 'Password must not be built from your name'],
])('refuses a password that is %s, and says so at its field', async (_, chosen, message) => {
  const page = await open('/register')
  await fillIn(page, {
    'Full name': 'Ada Lovelace',
    'E-mail address': 'ada.lovelace@example.com',
    Password: chosen,
  })
  await sendUnchecked(page)
  expect((await stateOf(page, 'Password')).description).toContain(message)
})

it('lets the browser stop an empty or far too short form before it is sent', async () => {
  const page = await open('/register')
  let sent = 0
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.isNavigationRequest()) sent += 1
  })
  const button = page.getByRole('button', { name: 'Create account' })
  await button.click()
  await fillIn(page, { 'Full name': 'Ada', 'E-mail address': 'ada@example.com' })
  // minlength counts what a person types, not what a script puts there.
  await input(page, 'Password').pressSequentially('short')
  await button.click()
  expect(await focused(page)).toBe('password')
  expect(sent).toBe(0)
})

describe('the password field', () => {
  it('shows and hides what was typed, with value, caret and focus where they were', async () => {
    const page = await open('/login')
    const field = input(page, 'Password')
    await field.pressSequentially('four wrods')
    for (const _ of 'rods') await page.keyboard.press('ArrowLeft')

    await page.getByRole('button', { name: 'Show password' }).click()
    expect(await field.getAttribute('type')).toBe('text')
    expect(await focused(page)).toBe('password')
    await page.keyboard.press('Shift+ArrowRight')
    await page.getByRole('button', { name: 'Hide password' }).click()
    expect(await field.getAttribute('type')).toBe('password')
    await page.keyboard.type('R')
    expect(await field.inputValue()).toBe('four wRods')
  })

  it('is shown and hidden by keyboard, which stays on the button and is told', async () => {
    const page = await open('/login')
    await input(page, 'Password').fill('four words')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    expect(await input(page, 'Password').getAttribute('type')).toBe('text')
    expect(await page.getByRole('status').textContent()).toBe('Your password is visible')
    await page.keyboard.press('Enter')
    expect(await input(page, 'Password').getAttribute('type')).toBe('password')
    expect(await page.getByRole('status').textContent()).toBe('Your password is hidden')
    expect(await input(page, 'Password').inputValue()).toBe('four words')
  })

  it('is hidden again before it is sent, or browsers would remember it as text', async () => {
    const page = await open('/login')
    await fillIn(page, { 'E-mail address': 'ada@example.com', Password: password })
    await page.getByRole('button', { name: 'Show password' }).click()
    const body = await sentBy(page, () => page.getByRole('button', { name: 'Sign in' }).click())
    expect(await input(page, 'Password').getAttribute('type')).toBe('password')
    expect(new URLSearchParams(body).get('password')).toBe(password)
  })

  it('takes a password that is pasted', async () => {
    const page = await open('/register')
    await input(page, 'Full name').fill(password)
    await page.keyboard.press('Control+A')
    await page.keyboard.press('Control+C')
    await input(page, 'Password').focus()
    await page.keyboard.press('Control+V')
    expect(await input(page, 'Password').inputValue()).toBe(password)
  })

  it('offers no button that could do nothing, where there is no JavaScript', async () => {
    const page = await open('/login', { javaScriptEnabled: false })
    expect(await page.getByRole('button').allTextContents()).toEqual(['Sign in'])
  })
})

it('takes a name of 200 letters whole, however many units each is made of', async () => {
  const page = await open('/register')
  const name = '𝒜'.repeat(200)
  await input(page, 'Full name').focus()
  await page.keyboard.insertText(name)
  expect(await input(page, 'Full name').inputValue()).toBe(name)
})

it('sends a form once, however often its button is pressed', async () => {
  const page = await open('/login')
  await fillIn(page, { 'E-mail address': 'ada@example.com', Password: 'not the password' })
  let sent = 0
  page.on('request', (request) => {
    if (request.method() === 'POST') sent += 1
  })
  await page.getByRole('button', { name: 'Sign in' }).click({ clickCount: 3, noWaitAfter: true })
  await page.getByRole('alert').waitFor()
  expect(sent).toBe(1)
})

describe('password managers are told', () => {
  const hints = (page: Page) =>
    page
      .locator('form input:not([type=hidden])')
      .evaluateAll((inputs) =>
        inputs.map((it) =>
          ['name', 'type', 'autocomplete'].map((hint) => it.getAttribute(hint)).join(' '),
        ),
      )

  it('which account and which password sign in', async () => {
    expect(await hints(await open('/login'))).toEqual([
      'email email username webauthn',
      'password password current-password',
    ])
  })

  it('which name to keep, and what password to make up', async () => {
    const page = await open('/register')
    expect(await hints(page)).toEqual([
      'full_name text name',
      'email email username',
      'password password new-password',
    ])
    expect(await input(page, 'Password').getAttribute('minlength')).toBe('12')
    expect(await input(page, 'Password').getAttribute('passwordrules')).toContain('minlength: 12;')
    expect(await input(page, 'Password').getAttribute('maxlength')).toBeNull()
  })
})

/** The body of the form that is sent meanwhile; the answer keeps the page as it is. */
async function sentBy(page: Page, action: () => Promise<void>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  await page.route('**/*', async (route: Route) => {
    resolve(route.request().postData() ?? '')
    await route.fulfill({ status: 204 })
  })
  await action()
  return await promise
}
