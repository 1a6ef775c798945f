/** Makes the pictures in docs/images anew, from the real server in a folder of its own: `node scripts/screenshots.ts`. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openPage } from '../test/support/chromium.ts'
import { cleanUp } from '../test/support/clean-up.ts'
import { startServer } from '../test/support/server-process.ts'

const folder = join(import.meta.dirname, '../docs/images')
const ada = {
  email: 'ada@example.com',
  full_name: 'Ada Lovelace',
  password: 'four plain words here',
}

try {
  mkdirSync(folder, { recursive: true })
  // By name: only there browsers have passkeys.
  const { named: url } = await startServer()
  await picture('sign-in', 'light', `${url}/login`)
  await picture('dashboard', 'dark', `${url}/dashboard`)
} finally {
  await cleanUp()
}

async function picture(
  name: string,
  colorScheme: 'light' | 'dark',
  address: string,
): Promise<void> {
  const page = await openPage({ colorScheme })
  // No door caught in the middle of its swing.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  if (name === 'dashboard') {
    const { origin } = new URL(address)
    await page.request.post(`${origin}/register`, { data: ada })
    await page.request.post(`${origin}/login`, { data: ada })
  }
  await page.goto(address)
  await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) })
}
