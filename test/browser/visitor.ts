import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright-core'

export const password = 'four plain words here'

/** A server, under the name or the address that its visitors have typed. */
export interface Site {
  readonly url: string
  readonly dataDir: string
}

export interface Person {
  email: string
  full_name: string
}

let count = 0

/** Somebody with an account, made over JSON: for tests whose matter is what comes after it. */
export async function registered(server: Site, name = 'Ada Lovelace'): Promise<Person> {
  count += 1
  const person = { email: `person-${count}@example.com`, full_name: name }
  const response = await fetch(`${server.url}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...person, password }),
  })
  if (response.status !== 201) throw new Error(await response.text())
  return person
}

/** Gives this page's browser profile a session, without showing any page. */
export async function signIn(page: Page, server: Site, { email }: Person): Promise<void> {
  const response = await page.request.post(`${server.url}/login`, { data: { email, password } })
  if (!response.ok()) throw new Error(await response.text())
}

/** The same person in another browser. */
export async function signInElsewhere(
  server: Site,
  { email }: Person,
  agent: string,
): Promise<void> {
  const response = await fetch(`${server.url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': agent },
    body: JSON.stringify({ email, password }),
  })
  if (!response.ok) throw new Error(await response.text())
}

/** Whom the server knows this browser profile as, if anyone. */
export async function signedInAs(page: Page, server: Site): Promise<string | undefined> {
  const response = await page.request.get(`${server.url}/me`)
  return response.ok() ? (await response.json()).email : undefined
}

/** Fills in the form on the page by the labels that people see. */
export async function fillIn(page: Page, values: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    await page.getByLabel(label, { exact: true }).fill(value)
  }
}

export async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

/** All ten that a page shows: it can be seen before it is read to its end. */
export async function recoveryCodesOn(page: Page): Promise<string[]> {
  const codes = page.locator('.codes code')
  await codes.nth(9).waitFor()
  return codes.allTextContents()
}

/** Signs in on the page that is shown: the first step, and with one factor the only one. */
export async function givePassword(page: Page, { email }: Pick<Person, 'email'>): Promise<void> {
  await fillIn(page, { 'E-mail address': email, Password: password })
  await press(page, 'Sign in')
}

/** Sends the form that is typed into as it is, so that it is the server that finds what is wrong with it. */
export async function sendUnchecked(page: Page): Promise<void> {
  const form = page.locator('form.form')
  await form.evaluate((it: { noValidate: boolean }) => {
    it.noValidate = true
  })
  await form.locator('[type=submit]').click()
  await page.getByRole('alert').waitFor()
}

const elevenMinutes = 11 * 60_000

/** As if whoever is signed in had been idle for longer than a proof is recent. */
export function timePasses({ dataDir }: Site, milliseconds = elevenMinutes): void {
  const database = new DatabaseSync(join(dataDir, 'sallyport.db'), { timeout: 5000 })
  database.exec(`update sessions set proofs = (
    select json_group_array(json_set(value, '$.at', value ->> '$.at' - ${milliseconds}))
    from json_each(proofs)
  )`)
  database.close()
}
