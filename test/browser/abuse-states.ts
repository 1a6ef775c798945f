import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright-core'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import type { Show } from './security-states.ts'
import { fillIn, type Person, password, registered, sendUnchecked, signIn } from './visitor.ts'

/** What people see of strangers who try, and of limits. */
export const abuseStates: readonly (readonly [name: string, show: Show])[] = [
  ['the dashboard after failed attempts', failedAttempts],
  ['the dashboard when somebody knows the password', knownPassword],
  ['the recent activity', activity],
  ['the recent activity, long ago', noActivity],
  ['a sign-in that has to wait', waitingSignIn],
  ['a registration that has to wait', waitingRegistration],
]

const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'

async function fail(server: ServerProcess, { email }: Person, times: number): Promise<void> {
  const headers = { 'content-type': 'application/json', 'user-agent': agent }
  const body = JSON.stringify({ email, password: 'not the password' })
  for (let count = 0; count < times; count++) {
    await fetch(`${server.url}/login`, { method: 'POST', headers, body })
  }
}

async function guessedAt(page: Page, server: ServerProcess): Promise<Person> {
  const person = await registered(server)
  await signIn(page, server, person)
  await page.context().clearCookies()
  await fail(server, person, 3)
  await signIn(page, server, person)
  return person
}

async function failedAttempts(page: Page, server: ServerProcess): Promise<void> {
  await guessedAt(page, server)
  await page.goto(`${server.url}/dashboard`)
  await page.getByText('3 failed attempts to sign in').waitFor()
}

/** As if a code had been wrong behind a right password, without an app to set up. */
async function knownPassword(page: Page, server: ServerProcess): Promise<void> {
  const person = await guessedAt(page, server)
  const database = new DatabaseSync(join(server.dataDir, 'sallyport.db'), { timeout: 5000 })
  database
    .prepare(
      `update audit_entries set details = '{"cause":"wrong_code"}' where type = 'login.refused'
        and subject = (select id from accounts where email = ?)`,
    )
    .run(person.email)
  database.close()
  await page.goto(`${server.url}/dashboard`)
  await page.getByText('somebody knows your password').waitFor()
}

async function activity(page: Page, server: ServerProcess): Promise<void> {
  await guessedAt(page, server)
  await page.goto(`${server.url}/account/activity`)
  await page.getByText('Failed attempt to sign in').first().waitFor()
}

async function noActivity(page: Page, server: ServerProcess): Promise<void> {
  await signIn(page, server, await registered(server))
  await page.goto(`${server.url}/account/activity?before=1`)
  await page.getByText('Nothing earlier is kept.').waitFor()
}

/** A server as it is by default. */
function limited(): Promise<ServerProcess> {
  return startServer({ env: { SALLYPORT_LIMITS: '' } })
}

async function waitingSignIn(page: Page): Promise<void> {
  const server = await limited()
  await fail(server, await registered(server), 5)
  await page.goto(`${server.url}/login`)
  await fillIn(page, { 'E-mail address': 'ada@example.com', Password: password })
  await sendUnchecked(page)
  await page.getByText('Please try again in').waitFor()
}

async function waitingRegistration(page: Page): Promise<void> {
  const server = await limited()
  for (let count = 0; count < 3; count++) await registered(server)
  await page.goto(`${server.url}/register`)
  await fillIn(page, {
    'Full name': 'Ada',
    'E-mail address': 'ada@example.com',
    Password: password,
  })
  await sendUnchecked(page)
  await page.getByText('Please try again in').waitFor()
}
