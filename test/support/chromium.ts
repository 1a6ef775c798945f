import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { onCleanUp } from './clean-up.ts'
import { chromiumPath, needed } from './programs.ts'

interface PageOptions extends Pick<BrowserContextOptions, 'colorScheme' | 'javaScriptEnabled'> {
  width?: number
  height?: number
}

let browser: Promise<Browser> | undefined

/** A page with an empty profile: no cookies, no storage. Chromium is started once per test file. */
export async function openPage(options: PageOptions = {}): Promise<Page> {
  const { width = 1280, height = 800, ...profile } = options
  browser ??= launch()
  const context = await (await browser).newContext({ ...profile, viewport: { width, height } })
  return await context.newPage()
}

async function launch(): Promise<Browser> {
  const launched = await chromium.launch({
    executablePath: needed(chromiumPath(), 'chromium'),
    args: [
      '--disable-gpu',
      // Chromium asks its maker's servers for updates and trials otherwise, and waits for them offline.
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--no-first-run',
    ],
  })
  onCleanUp(() => launched.close())
  return launched
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

/**
 * What axe finds against WCAG 2.2 AA on the page as it is now: one readable line for each place.
 * The page needs JavaScript enabled, or axe waits for ever.
 */
export async function axeViolations(page: Page): Promise<string[]> {
  // Playwright's own channel: the page's content security policy stays on and does not refuse it.
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(axeSource)
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  )
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id}: ${help} (${target}) ${failureSummary?.replace(/\s+/g, ' ')}`,
    ),
  )
}
