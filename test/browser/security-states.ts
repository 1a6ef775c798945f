import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright-core'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { nextCode, setUpApp } from './authenticator-app.ts'
import { VirtualAuthenticator } from './virtual-authenticator.ts'
import {
  fillIn,
  givePassword,
  type Person,
  password,
  press,
  registered,
  type Site,
  sendUnchecked,
  signIn,
  timePasses,
} from './visitor.ts'

export type Show = (page: Page, server: ServerProcess) => Promise<unknown>

/** What concerns second factors, on all pages of it. */
export const securityStates: readonly (readonly [name: string, show: Show])[] = [
  ['the security of an account without a second factor', security],
  ['the security of an account with an app', securityWithApp],
  ['the security of an account with all there is', everything],
  ['the security, long after the sign-in', oldSecurity],
  ['the set-up of an authenticator app', enrolment],
  ['a refused set-up of an authenticator app', refusedEnrolment],
  ['the recovery codes', recoveryCodes],
  ['a passkey', onePasskey],
  ['a passkey, refused to be removed', keptPasskey],
  ['confirming by password', confirming],
  ['a refused confirmation', refusedConfirmation],
  ['confirming by a code', confirmingByCode],
  ['the second step of a sign-in', secondStep],
  ['a refused second step', refusedSecondStep],
  ['the second step, by recovery code', recoveryStep],
  ['the second step, with a passkey', passkeyStep],
  ['the second step after a passkey that was touched', passwordStep],
  ['a second factor that is required', required],
  ['the set-up of a required app', requiredApp],
]

const page = '/account/security'

/** What the browser offers to fill in is taken by such an authenticator before anybody can look. */
const offersNothing = 'PublicKeyCredential.isConditionalMediationAvailable = async () => false'

/** Passkeys belong to a name. */
function named({ named: url, dataDir }: ServerProcess): Site {
  return { url, dataDir }
}

async function security(shown: Page, server: Site): Promise<Person> {
  const person = await registered(server)
  await signIn(shown, server, person)
  await shown.goto(server.url + page)
  return person
}

async function enrolment(shown: Page, server: Site): Promise<Person> {
  const person = await security(shown, server)
  await press(shown, 'Set up an authenticator app')
  await shown.waitForURL(/security\/app\?id=/)
  return person
}

async function refusedEnrolment(shown: Page, server: Site): Promise<void> {
  await enrolment(shown, server)
  await fillIn(shown, { Code: 'abcdef' })
  await sendUnchecked(shown)
}

async function recoveryCodes(
  shown: Page,
  server: Site,
): Promise<{ person: Person; typed: string }> {
  const person = await enrolment(shown, server)
  return { person, typed: await setUpApp(shown) }
}

async function securityWithApp(shown: Page, server: Site): Promise<void> {
  await recoveryCodes(shown, server)
  await shown.getByRole('link', { name: 'I have kept them' }).click()
  await shown.waitForURL(/security$/)
}

/** An app, a passkey with a long name, a device that is trusted, and hardly a recovery code. */
async function everything(shown: Page, server: ServerProcess): Promise<void> {
  const site = named(server)
  const { person, typed } = await recoveryCodes(shown, site)
  await VirtualAuthenticator.on(shown)
  await shown.goto(site.url + page)
  await press(shown, 'Add a passkey')
  await shown.getByText('Your passkey is added').waitFor()
  const database = new DatabaseSync(join(server.dataDir, 'sallyport.db'), { timeout: 5000 })
  const account = `(select id from accounts where email = '${person.email}')`
  database.exec(`
    update recovery_codes set spent_at = 0 where place > 1 and account_id = ${account};
    update passkeys set name = '${'W'.repeat(60)}' where account_id = ${account}`)
  database.close()
  await shown.addInitScript(offersNothing)
  await begin(shown, site, person)
  await shown.getByText('for 30 days').click()
  await fillIn(shown, { Code: nextCode(typed) })
  await press(shown, 'Sign in')
  await shown.waitForURL(/dashboard$/)
  await shown.goto(site.url + page)
  await shown.getByText('Trusted devices').waitFor()
}

async function oldSecurity(shown: Page, server: Site): Promise<void> {
  await securityWithApp(shown, server)
  timePasses(server)
  await shown.reload()
}

/** Somebody who has added a passkey, and is on the page of it. */
async function onePasskey(shown: Page, server: ServerProcess): Promise<Person> {
  const site = named(server)
  await VirtualAuthenticator.on(shown)
  const person = await security(shown, site)
  await press(shown, 'Add a passkey')
  await shown.getByRole('link', { name: 'I have kept them' }).click()
  await shown.getByRole('link', { name: /^Manage/ }).click()
  await shown.waitForURL(/passkeys\/pk_/)
  return person
}

async function keptPasskey(shown: Page, server: ServerProcess): Promise<void> {
  await onePasskey(shown, server)
  const form = shown.locator('form.form').filter({ hasText: 'Remove' })
  await form.getByRole('textbox').fill('abcd-efgh')
  await form.getByRole('button').click()
  await shown.getByRole('alert').waitFor()
}

async function confirming(shown: Page, server: Site): Promise<void> {
  await security(shown, server)
  timePasses(server)
  await shown.goto(`${server.url}/account/sessions`)
  await shown.waitForURL(/confirm/)
}

async function refusedConfirmation(shown: Page, server: Site): Promise<void> {
  await confirming(shown, server)
  await fillIn(shown, { Password: 'not the password' })
  await sendUnchecked(shown)
}

async function confirmingByCode(shown: Page, server: Site): Promise<void> {
  await recoveryCodes(shown, server)
  timePasses(server)
  await shown.goto(`${server.url}/account/sessions`)
  await fillIn(shown, { Password: password })
  await press(shown, 'Confirm')
  await shown.getByLabel('Code', { exact: true }).waitFor()
}

async function secondStep(shown: Page, server: Site): Promise<void> {
  const { person } = await recoveryCodes(shown, server)
  await begin(shown, server, person)
}

async function begin(shown: Page, { url }: Site, person: Person): Promise<void> {
  await shown.context().clearCookies()
  await shown.goto(`${url}/login`)
  await givePassword(shown, person)
  await shown.waitForURL(/login\/(factor|enrolment)/)
}

async function refusedSecondStep(shown: Page, server: Site): Promise<void> {
  await secondStep(shown, server)
  await fillIn(shown, { Code: '12345' })
  await sendUnchecked(shown)
}

async function recoveryStep(shown: Page, server: Site): Promise<void> {
  await secondStep(shown, server)
  await shown.getByRole('link', { name: 'Use a recovery code instead' }).click()
  await shown.waitForURL(/with=recovery_code/)
}

async function passkeyStep(shown: Page, server: ServerProcess): Promise<void> {
  const person = await onePasskey(shown, server)
  await shown.addInitScript(offersNothing)
  await begin(shown, named(server), person)
}

async function passwordStep(shown: Page, server: ServerProcess): Promise<void> {
  const site = named(server)
  await VirtualAuthenticator.on(shown, { verifies: false })
  await security(shown, site)
  await press(shown, 'Add a passkey')
  await shown.getByText('Keep these recovery codes').waitFor()
  await shown.context().clearCookies()
  await shown.addInitScript(offersNothing)
  await shown.goto(`${site.url}/login`)
  await press(shown, 'Sign in with a passkey')
  await shown.getByLabel('Password', { exact: true }).waitFor()
}

let strict: Promise<ServerProcess> | undefined

async function required(shown: Page): Promise<void> {
  strict ??= startServer({ env: { SALLYPORT_REQUIRE_MFA: 'all' } })
  const server = named(await strict)
  await begin(shown, server, await registered(server))
}

async function requiredApp(shown: Page): Promise<void> {
  await required(shown)
  await press(shown, 'Set up an authenticator app')
  await shown.waitForURL(/enrolment\/app\?id=/)
}
