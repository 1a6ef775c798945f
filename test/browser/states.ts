import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright-core'
import type { ServerProcess } from '../support/server-process.ts'
import { abuseStates } from './abuse-states.ts'
import { type Show, securityStates } from './security-states.ts'
import { fillIn, password, registered, sendUnchecked, signIn, signInElsewhere } from './visitor.ts'

/** Every form that a page can take, as its visitors come to see it. */
export const states: readonly (readonly [name: string, show: Show])[] = [
  ['the sign-in', (page, { url }) => go(page, `${url}/login`)],
  [
    'the sign-in after a registration',
    (page, { url }) => go(page, `${url}/login?notice=registered`),
  ],
  ['a refused sign-in', refusedSignIn],
  ['the registration', (page, { url }) => go(page, `${url}/register`)],
  ['the registration with a weak password', (page, server) => typed(page, server, 'abcabcabcabc')],
  ['the registration with a good one', (page, server) => typed(page, server, password)],
  ['a refused registration', refusedRegistration],
  ['the dashboard', (page, server) => dashboard(page, server, 'Ada Lovelace')],
  ['the dashboard of a very long name', (page, server) => dashboard(page, server, 'W'.repeat(200))],
  ['the password change', passwordChange],
  ['a refused password change', refusedPasswordChange],
  ['the dashboard after a password change', changedPassword],
  ['the sessions', manySessions],
  ['the only session', oneSession],
  ['the sessions, one ended for safety', endedForSafety],
  ['the dashboard, a session ended for safety', warnedDashboard],
  ...securityStates,
  ...abuseStates,
  ['a page that is not there', (page, { url }) => go(page, `${url}/nowhere`)],
  ['a page that failed', failure],
]

async function go(page: Page, address: string): Promise<void> {
  await page.goto(address)
}

async function refusedSignIn(page: Page, { url }: ServerProcess): Promise<void> {
  await go(page, `${url}/login`)
  await fillIn(page, { 'E-mail address': 'nobody@example.com', Password: 'not the password' })
  await sendUnchecked(page)
}

async function typed(page: Page, { url }: ServerProcess, chosen: string): Promise<void> {
  await go(page, `${url}/register`)
  // Without the focus, so that Tab begins at the top.
  await page.evaluate(`{
    const input = document.getElementById('password')
    input.value = '${chosen}'
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }`)
  await page.locator('[data-score]').waitFor()
}

async function refusedRegistration(page: Page, { url }: ServerProcess): Promise<void> {
  await go(page, `${url}/register`)
  await page.getByRole('button', { name: 'Show password' }).click()
  await fillIn(page, { 'Full name': ' ', 'E-mail address': 'nobody', Password: 'short' })
  await sendUnchecked(page)
}

async function dashboard(page: Page, server: ServerProcess, name: string): Promise<void> {
  await signIn(page, server, await registered(server, name))
  await go(page, `${server.url}/dashboard`)
}

async function passwordChange(page: Page, server: ServerProcess): Promise<void> {
  await signIn(page, server, await registered(server))
  await go(page, `${server.url}/password/change`)
}

async function refusedPasswordChange(page: Page, server: ServerProcess): Promise<void> {
  await passwordChange(page, server)
  await fillIn(page, { 'Current password': 'not the password', 'New password': newPassword })
  await sendUnchecked(page)
}

async function changedPassword(page: Page, server: ServerProcess): Promise<void> {
  await passwordChange(page, server)
  await fillIn(page, { 'Current password': password, 'New password': newPassword })
  await page.locator('form [type=submit]').click()
  await page.waitForURL(/notice=password_changed$/)
}

const newPassword = 'seven copper kettles sing'

async function oneSession(page: Page, server: ServerProcess): Promise<void> {
  await signIn(page, server, await registered(server))
  await go(page, `${server.url}/account/sessions`)
}

async function manySessions(page: Page, server: ServerProcess): Promise<void> {
  const person = await registered(server)
  for (const agent of agents) await signInElsewhere(server, person, agent)
  await signIn(page, server, person)
  await go(page, `${server.url}/account/sessions`)
}

const agents = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  `${'W'.repeat(60)}/1.0`,
]

/** A program of this person has been copied: one refresh token is used again, long after it was spent. */
async function copied(page: Page, server: ServerProcess): Promise<void> {
  const person = await registered(server)
  await signIn(page, server, person)
  const post = async (path: string, data: object) => {
    const headers = { 'content-type': 'application/json', 'user-agent': agents[1] as string }
    const body = JSON.stringify(data)
    const response = await fetch(server.url + path, { method: 'POST', headers, body })
    return JSON.parse(await response.text())
  }
  const first = await post('/login', { email: person.email, password, transport: 'token' })
  const second = await post('/refresh', { refresh_token: first.refresh_token })
  await post('/refresh', { refresh_token: second.refresh_token })
  await post('/refresh', { refresh_token: first.refresh_token })
}

async function endedForSafety(page: Page, server: ServerProcess): Promise<void> {
  await copied(page, server)
  await go(page, `${server.url}/account/sessions`)
  await page.getByText('ended for your safety').waitFor()
}

async function warnedDashboard(page: Page, server: ServerProcess): Promise<void> {
  await copied(page, server)
  await go(page, `${server.url}/dashboard`)
  await page.getByText('ended for your safety').waitFor()
}

/** Takes a table away from under the server for as long as the page needs. */
async function failure(page: Page, server: ServerProcess): Promise<void> {
  await signIn(page, server, await registered(server))
  const database = new DatabaseSync(join(server.dataDir, 'sallyport.db'))
  try {
    database.exec('alter table sessions rename to hidden')
    await go(page, `${server.url}/dashboard`)
  } finally {
    database.exec('alter table hidden rename to sessions')
    database.close()
  }
  await page.getByText('500', { exact: true }).waitFor()
}
