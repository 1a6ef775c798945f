import type { Page } from 'playwright-core'
import type { ServerProcess } from '../support/server-process.ts'

export const password = 'four plain words here'

export interface Person {
  email: string
  full_name: string
}

let count = 0

/** Somebody with an account, made over JSON: for tests whose matter is what comes after it. */
export async function registered(server: ServerProcess, name = 'Ada Lovelace'): Promise<Person> {
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
export async function signIn(page: Page, server: ServerProcess, { email }: Person): Promise<void> {
  const response = await page.request.post(`${server.url}/login`, { data: { email, password } })
  if (!response.ok()) throw new Error(await response.text())
}

/** The same person in another browser. */
export async function signInElsewhere(
  server: ServerProcess,
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
export async function signedInAs(page: Page, server: ServerProcess): Promise<string | undefined> {
  const response = await page.request.get(`${server.url}/me`)
  return response.ok() ? (await response.json()).email : undefined
}

/** Fills in the form on the page by the labels that people see. */
export async function fillIn(page: Page, values: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    await page.getByLabel(label, { exact: true }).fill(value)
  }
}

/** Sends the form as it is, so that it is the server that finds what is wrong with it. */
export async function sendUnchecked(page: Page): Promise<void> {
  await page.locator('form').evaluate((form: { noValidate: boolean }) => {
    form.noValidate = true
  })
  await page.locator('form [type=submit]').click()
  await page.getByRole('alert').waitFor()
}
