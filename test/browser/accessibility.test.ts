import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axeViolations, openPage } from '../support/chromium.ts'
import { startServer } from '../support/server-process.ts'
import { smallTargets, tabStops, widerThanScreen } from './measures.ts'
import { states } from './states.ts'
import { registered, signIn } from './visitor.ts'

const server = await startServer()

describe.each(states)('%s', (_, show) => {
  let page: Page

  beforeAll(async () => {
    page = await openPage()
    // Colours in the middle of a transition are nobody's choice.
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await show(page, server)
  })
  afterAll(() => page.context().close())

  it('shows where the keyboard is, at every control, and locks it nowhere', async () => {
    await page.setViewportSize({ width: 1280, height: 400 })
    const controls = await page.locator('a, button:visible, input:visible').count()
    const stops = await tabStops(page)
    expect(stops.filter(({ visible }) => !visible)).toEqual([])
    expect(stops).toHaveLength(controls)
  })

  it('satisfies axe (WCAG 2.2 AA), by day and by night, on a phone and on a desk', async () => {
    const found: Record<string, string[]> = {}
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 844 })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        found[`${width} ${colorScheme}`] = await axeViolations(page)
      }
    }
    expect(found).toEqual({ '390 light': [], '390 dark': [], '1280 light': [], '1280 dark': [] })
  })

  it('needs no scrolling sideways at 320 px, at 200 % zoom and with text twice as large', async () => {
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await widerThanScreen(page)).toEqual([])
    expect(await smallTargets(page)).toEqual([])

    // To a page, a window of 1280 px at 200 % is one of 640 px.
    await page.setViewportSize({ width: 640, height: 400 })
    expect(await widerThanScreen(page)).toEqual([])

    await page.setViewportSize({ width: 1280, height: 800 })
    expect(await smallTargets(page)).toEqual([])
    await page.evaluate(`document.documentElement.style.fontSize = '200%'`)
    expect(await widerThanScreen(page)).toEqual([])
  })
})

it('moves nothing for people who ask for less motion, and something for others', async () => {
  const page = await openPage()
  await signIn(page, server, await registered(server))
  const moving = async (reducedMotion: 'reduce' | 'no-preference') => {
    await page.emulateMedia({ reducedMotion })
    await page.goto(`${server.url}/dashboard`)
    return await page.evaluate('document.getAnimations().length')
  }
  expect(await moving('no-preference')).toBeGreaterThan(0)
  expect(await moving('reduce')).toBe(0)
})

it('tells moments by the clock on the person’s wall, or in UTC where no script can know it', async () => {
  const person = await registered(server)
  const shown = async (javaScriptEnabled: boolean) => {
    const page = await openPage({ javaScriptEnabled })
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Kathmandu' })
    await signIn(page, server, person)
    await page.goto(`${server.url}/dashboard`)
    return (await page.locator('dd').allTextContents()).join(' ')
  }
  expect(await shown(true)).toMatch(/(?:\d\d:\d\d\sGMT\+5:45\s?.*){3}$/)
  expect(await shown(false)).toMatch(/(?:\d\d:\d\d\sUTC\s?.*){3}$/)
})

it('can be used in colours that the person chose: every control has an edge', async () => {
  const page = await openPage()
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto(`${server.url}/register`)
  const edges = await page.locator('button, input:not([type=hidden])').evaluateAll((controls) =>
    controls.map((it) => {
      const { borderTopWidth, borderTopColor, backgroundColor } =
        it.ownerDocument.defaultView.getComputedStyle(it)
      return Number.parseFloat(borderTopWidth) >= 1 && borderTopColor !== backgroundColor
    }),
  )
  expect(edges).toHaveLength(5)
  expect(edges).not.toContain(false)
})
