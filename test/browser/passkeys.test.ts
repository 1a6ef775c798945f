import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { VirtualAuthenticator } from './virtual-authenticator.ts'
import {
  fillIn,
  givePassword,
  type Person,
  password,
  press,
  recoveryCodesOn,
  registered,
  signedInAs,
  signIn,
  timePasses,
} from './visitor.ts'

const server = await startServer()
const site = { url: server.named, dataDir: server.dataDir }
const at = (path: string) => site.url + path

interface Owner {
  page: Page
  person: Person
  authenticator: VirtualAuthenticator
  codes: readonly string[]
}

/** Lets a test see that the browser has begun to offer passkeys for filling in: nothing on the page shows it. */
const noteOffers = `{
  const get = CredentialsContainer.prototype.get
  CredentialsContainer.prototype.get = function (options) {
    const answer = get.call(this, options)
    if (options.mediation === 'conditional') window.offering = true
    return answer
  }
}`

const offersNothing = 'PublicKeyCredential.isConditionalMediationAvailable = async () => false'

/** Somebody who has added a passkey on the security page, and is signed in there. */
async function owner(make: { verifies?: boolean } = {}): Promise<Owner> {
  const page = await openPage()
  const authenticator = await VirtualAuthenticator.on(page, make)
  await page.addInitScript(noteOffers)
  const person = await registered(site)
  await signIn(page, site, person)
  await page.goto(at('/account/security'))
  await press(page, 'Add a passkey')
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor()
  const codes = await recoveryCodesOn(page)
  return { page, person, authenticator, codes }
}

/** The sign-in of a browser that knows nobody, and whose owner is asked for nothing before they press something. */
async function arrive({ page, authenticator }: Owner, path = '/login'): Promise<void> {
  await page.context().clearCookies()
  await authenticator.attended(false)
  await page.goto(at(path))
  await expect.poll(() => page.evaluate('window.offering')).toBe(true)
  await authenticator.attended(true)
}

async function manage(page: Page): Promise<void> {
  await page.goto(at('/account/security'))
  await page.getByRole('link', { name: /^Manage/ }).click()
  await page.getByRole('heading', { name: 'This passkey' }).waitFor()
}

describe('a passkey', () => {
  it('is added on the security page, where the first one brings recovery codes, shown once', async () => {
    const { page, authenticator, codes } = await owner()
    expect(codes).toHaveLength(10)
    expect(await authenticator.passkeys()).toBe(1)
    await page.getByRole('link', { name: 'I have kept them' }).click()
    await page.getByRole('heading', { name: 'Chrome on Linux' }).waitFor()
    expect(await page.getByText('Not used yet').count()).toBe(1)
    for (const code of codes) expect(await page.content()).not.toContain(code)

    await authenticator.clear()
    await press(page, 'Add a passkey')
    await page.getByRole('status').getByText('Your passkey is added').waitFor()
    expect(await page.getByRole('link', { name: /^Manage/ }).count()).toBe(2)
  })

  it('signs in by one press of a button, without a name and without a password', async () => {
    const somebody = await owner()
    const { page, person } = somebody
    await arrive(somebody, '/account/sessions')
    await press(page, 'Sign in with a passkey')
    await page.waitForURL(at('/account/sessions'))
    expect(await signedInAs(page, site)).toBe(person.email)
    expect(await page.getByText('Signed in by passkey').count()).toBe(1)
  })

  it('signs in when it is chosen from what the browser offers to fill in', async () => {
    const { page, person } = await owner()
    await page.context().clearCookies()
    await page.goto(at('/login?next=%2Faccount%2Fsecurity'))
    await page.waitForURL(at('/account/security'))
    expect(await signedInAs(page, site)).toBe(person.email)
  })

  it('is the second step after the password', async () => {
    const somebody = await owner()
    const { page, person } = somebody
    await arrive(somebody, '/account/sessions')
    await givePassword(page, person)
    await page.waitForURL(/\/login\/factor/)
    expect(await signedInAs(page, site)).toBeUndefined()
    await press(page, 'Use a passkey')
    await page.waitForURL(at('/account/sessions'))
    const own = page.getByRole('listitem').filter({ hasText: 'this one' })
    expect(await own.getByText('by password and passkey').count()).toBe(1)
  })

  it('that does not check who uses it is one factor: the password is asked for as well', async () => {
    const somebody = await owner({ verifies: false })
    const { page, person } = somebody
    await arrive(somebody, '/account/sessions')
    await press(page, 'Sign in with a passkey')
    await page.getByRole('heading', { name: 'Enter your password' }).waitFor()
    expect(await signedInAs(page, site)).toBeUndefined()

    await fillIn(page, { Password: 'not the password' })
    await press(page, 'Sign in')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Enter your password')
    await fillIn(page, { Password: password })
    await press(page, 'Sign in')
    await page.waitForURL(at('/account/sessions'))
    expect(await signedInAs(page, site)).toBe(person.email)
  })

  it('that was removed is refused without alarm, and a password is enough again', async () => {
    const { page, person, codes } = await owner()
    await manage(page)
    await fillIn(page, { 'Recovery code': codes[0] ?? '' })
    await press(page, 'Remove the passkey')
    await page.getByRole('status').getByText('The passkey is removed.').waitFor()

    await page.context().clearCookies()
    // What is offered for filling in would be answered again and again, faster than anybody could.
    await page.addInitScript(offersNothing)
    await page.goto(at('/login'))
    await press(page, 'Sign in with a passkey')
    const alert = page.getByRole('alert')
    await alert.getByText('That passkey was not accepted.').waitFor()
    expect(await signedInAs(page, site)).toBeUndefined()
    await givePassword(page, person)
    await page.waitForURL(at('/dashboard'))
    expect(await signedInAs(page, site)).toBe(person.email)
  })

  it('is removed by a passkey too, also by itself', async () => {
    const { page } = await owner()
    await manage(page)
    await press(page, 'Remove, confirming with a passkey')
    await page.getByRole('status').getByText('The passkey is removed.').waitFor()
    expect(await page.getByRole('link', { name: /^Manage/ }).count()).toBe(0)
  })

  it('is renamed, and a name is text whatever it is made of', async () => {
    const { page } = await owner()
    const name = '<img src=x onerror="window.broken = true"> & "phone"'
    await manage(page)
    await fillIn(page, { Name: name })
    await press(page, 'Save the name')
    await page.getByRole('status').getByText('The passkey has its new name.').waitFor()
    await page.getByRole('link', { name: `Manage ${name}` }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(name)
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(name)
    expect(await page.locator('main img').count()).toBe(0)
    expect(await page.evaluate('window.broken')).toBeUndefined()
  })

  it('confirms after ten minutes that it is still its owner, who comes to the page that was wanted', async () => {
    const { page } = await owner()
    timePasses(site)
    await page.goto(at('/account/sessions'))
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor()
    await press(page, 'Confirm with a passkey')
    await page.waitForURL(at('/account/sessions'))
    await page.goto(at('/account/security'))
    expect(await page.getByRole('button', { name: 'Make new codes' }).count()).toBe(1)
  })

  it('is added once to a device: a second time the page says so, and stays', async () => {
    const { page, authenticator } = await owner()
    await page.goto(at('/account/security'))
    await press(page, 'Add a passkey')
    await page.getByText('This device has a passkey already.').waitFor()
    expect(await authenticator.passkeys()).toBe(1)
    expect(page.url()).toBe(at('/account/security'))
  })
})

it('a ceremony that comes to nothing leaves the page as it was, ready for another try', async () => {
  const somebody = await owner()
  const { page, person, authenticator } = somebody
  await arrive(somebody)
  await authenticator.clear()
  await page.getByLabel('E-mail address').fill(person.email)
  await press(page, 'Sign in with a passkey')
  await page.getByText('No passkey was used. You can try again.').waitFor()
  expect(await page.getByLabel('E-mail address').inputValue()).toBe(person.email)
  const button = page.getByRole('button', { name: 'Sign in with a passkey' })
  expect(await button.getAttribute('aria-disabled')).toBeNull()
  await givePassword(page, person)
  await page.waitForURL(/\/login\/factor/)
})

/** Where passkeys could be used, and what stands there instead. */
async function withoutPasskeys(page: Page, url: string, somebody: Owner): Promise<void> {
  const { person, codes } = somebody
  const place = { ...site, url }
  const none = async () => {
    expect(await page.locator('form[data-passkey]').count(), page.url()).toBeGreaterThan(0)
    expect(await page.locator('form[data-passkey]:visible').count(), page.url()).toBe(0)
  }
  await page.goto(`${url}/login`)
  await none()
  await givePassword(page, person)
  await page.waitForURL(/\/login\/factor/)
  await none()
  await fillIn(page, { 'Recovery code': codes[0] ?? '' })
  await press(page, 'Sign in')
  await page.getByText('9 codes are left.').first().waitFor()
  await none()
  await page.getByText('This browser cannot add a passkey here.').waitFor()

  timePasses(place)
  await page.goto(`${url}/account/sessions`)
  await none()
  await fillIn(page, { Password: password })
  await press(page, 'Confirm')
  await none()
  await fillIn(page, { 'Recovery code': codes[1] ?? '' })
  await press(page, 'Confirm')
  await page.waitForURL(`${url}/account/sessions`)

  await page.goto(`${url}/account/security`)
  await page.getByRole('link', { name: /^Manage/ }).click()
  await none()
  await fillIn(page, { 'Recovery code': codes[2] ?? '' })
  await press(page, 'Remove the passkey')
  await page.getByRole('status').getByText('The passkey is removed.').waitFor()
}

it('without script no passkey is spoken of as if it could be used, and codes do all else', async () => {
  const somebody = await owner()
  await withoutPasskeys(await openPage({ javaScriptEnabled: false }), site.url, somebody)
})

it('at an address of numbers, to which no passkey can belong, its controls stay hidden', async () => {
  const somebody = await owner()
  await withoutPasskeys(await openPage(), server.url, somebody)
})
