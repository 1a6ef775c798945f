import type { Page } from 'playwright-core'

/** What a person would have to scroll sideways for, or could not see at all: boxes and the texts in them. */
export async function widerThanScreen(page: Page): Promise<string[]> {
  return await page.evaluate(`{
    const root = document.documentElement
    const parts = [...document.querySelectorAll('.brand, main, main *, footer, footer *')]
    const boxOf = (it) => {
      const range = document.createRange()
      range.selectNodeContents(it)
      return [it.getBoundingClientRect(), range.getBoundingClientRect()]
    }
    const cut = (it) =>
      boxOf(it).some(({ left, right }) => left < -0.5 || right > root.clientWidth + 0.5)
    const wide = parts.filter((it) => !it.closest('.unseen') && cut(it))
    const names = wide.map((it) => it.outerHTML.slice(0, 60))
    if (root.scrollWidth > root.clientWidth) names.push('the page: ' + root.scrollWidth)
    names
  }`)
}

/** Controls smaller than a finger needs (WCAG 2.2, 2.5.5 asks for 44 px). */
export async function smallTargets(page: Page): Promise<string[]> {
  return await page.evaluate(`
    [...document.querySelectorAll('a, button, input:not([type=hidden])')]
      .map((it) => ({ it, box: it.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
      .map(({ it, box }) => it.outerHTML.slice(0, 60) + ' ' + box.width + ' x ' + box.height)
  `)
}

interface Focused {
  /** The start of its markup: enough to find it. */
  control: string
  /** Whether a ring is drawn around it that can be seen, and nothing lies on top of it. */
  visible: boolean
}

/** Where Tab leads from here on, each place once. */
export async function tabStops(page: Page): Promise<Focused[]> {
  const stops: Focused[] = []
  for (;;) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate<Focused | undefined>(`{
      const it = document.activeElement
      if (it === document.body || it.dataset.passed) {
        undefined
      } else {
        it.dataset.passed = true
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(it)
        // Of a link that goes on in the next line the first part: what is around both is not all its own.
        const [{ left, top, width, height }] = it.getClientRects()
        const above = document.elementFromPoint(left + width / 2, top + height / 2)
        const ring = outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2
        const colour = outlineColor === getComputedStyle(document.body).backgroundColor
        const visible = ring && !colour && it.contains(above)
        ;({ control: it.outerHTML.slice(0, 60), visible })
      }
    }`)
    if (!stop) return stops
    stops.push(stop)
  }
}
