import type { Page } from 'playwright-core'
import { codeNow } from '../support/authenticator.ts'
import { fillIn, press } from './visitor.ts'

/** What the app shows half a minute from now, or later: accepted already, and newer than a code that was used. */
export function nextCode(typed: string, steps = 1): string {
  return codeNow(typed, Date.now() + steps * 30_000)
}

/** Sets up an app on the page that shows it, and gives its secret as it is typed. The recovery codes are shown then. */
export async function setUpApp(page: Page): Promise<string> {
  const typed = (await page.locator('code').textContent()) ?? ''
  await fillIn(page, { Code: codeNow(typed) })
  await press(page, 'Confirm')
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor()
  return typed
}
