import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { assets, assetUrls } from './assets.ts'

const bodyOf = (extension: string) =>
  assets.find(({ path }) => path.endsWith(extension))?.body ?? ''
const css = bodyOf('.css')

describe('assets', () => {
  it('are named by their content, so that they may be cached for ever', () => {
    for (const { path, body } of assets) {
      const hash = createHash('sha256').update(body).digest('hex').slice(0, 8)
      expect(path).toMatch(new RegExp(`^/assets/[a-z]+\\.${hash}\\.(css|js|svg)$`))
    }
  })

  it('are exactly those that pages refer to', () => {
    expect(Object.values(assetUrls).sort()).toEqual(assets.map(({ path }) => path).sort())
  })

  it('load nothing further, from here or elsewhere', () => {
    expect(css).not.toMatch(/@import|url\(|@font-face/)
    expect(bodyOf('.svg')).not.toMatch(/<style|<script|href=/)
  })

  it('turn no text into code or markup', () => {
    for (const { body } of assets.filter(({ path }) => path.endsWith('.js'))) {
      expect(body).not.toMatch(/\beval\b|\bFunction\(|innerHTML|outerHTML|insertAdjacent|import\(/)
    }
  })
})

describe('colours', () => {
  const [day = '', night = ''] = css.split('@media (prefers-color-scheme: dark)')
  const colour = (scheme: string, name: string) =>
    scheme.match(new RegExp(`--${name}: (#[0-9a-f]{6});`))?.[1] ?? `--${name} is missing`
  const schemes = [
    ['day', day],
    ['night', night.split('/* ----')[0] ?? ''],
  ] as const

  describe.each(schemes)('by %s', (_, scheme) => {
    it.each([
      ['ink', 'paper'],
      ['ink', 'sheet'],
      ['ink-soft', 'paper'],
      ['ink-soft', 'sheet'],
      ['ink', 'danger-wash'],
      ['ink', 'good-wash'],
      ['danger', 'paper'],
      ['danger', 'sheet'],
      ['danger', 'danger-wash'],
      ['good', 'paper'],
      ['good', 'good-wash'],
      ['accent', 'paper'],
      ['accent', 'sheet'],
      ['on-accent', 'accent'],
      ['on-accent', 'accent-strong'],
      ['wall-ink', 'wall'],
      ['niche-ink', 'niche'],
    ])('let %s be read on %s (WCAG 2.2, 1.4.3)', (text, ground) => {
      expect(contrast(colour(scheme, text), colour(scheme, ground))).toBeGreaterThanOrEqual(4.5)
    })

    it.each([
      ['edge', 'paper'],
      ['edge', 'sheet'],
      ['accent', 'paper'],
      ['danger', 'sheet'],
    ])('let a line of %s be seen on %s (WCAG 2.2, 1.4.11)', (line, ground) => {
      expect(contrast(colour(scheme, line), colour(scheme, ground))).toBeGreaterThanOrEqual(3)
    })
  })
})

/** The contrast ratio of two colours, as WCAG 2.2 defines it. */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
