/**
 * Draws what `isolation.ts --json` has measured, by day and by night, for the README:
 * `npm run picture -- results.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine } from './machine.ts'
import type { Results } from './results.ts'

/** By the names, and with the values, of the tokens in `src/pages/assets/sallyport.css`. */
interface Colours {
  readonly paper: string
  readonly line: string
  readonly edge: string
  readonly ink: string
  readonly inkSoft: string
  readonly accent: string
}

const schemes: Readonly<Record<'light' | 'dark', Colours>> = {
  light: {
    paper: '#fbf7ef',
    line: '#e0d5c1',
    edge: '#857860',
    ink: '#231d17',
    inkSoft: '#5d5345',
    accent: '#1f3a60',
  },
  dark: {
    paper: '#0d121d',
    line: '#2a3446',
    edge: '#7c869b',
    ink: '#f1eadc',
    inkSoft: '#b9b1a2',
    accent: '#f4b552',
  },
}

/** One server: the median over all rounds of each round's p50, in milliseconds. */
interface Row {
  readonly name: string
  readonly idle: number
  readonly busy: number
}

const width = 800
const plot = { left: 210, right: 700, top: 122, rowHeight: 62 }
const serif = `'Iowan Old Style','Palatino Linotype',Palatino,'URW Palladio L',P052,Georgia,serif`
const sans = `-apple-system,'Segoe UI',Roboto,'Noto Sans',Cantarell,Ubuntu,'Liberation Sans',sans-serif`

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('which results? npm run picture -- results.json')
const results: Results = JSON.parse(readFileSync(file, 'utf8'))
for (const [scheme, colours] of Object.entries(schemes)) {
  const path = join(import.meta.dirname, `../docs/images/isolation-${scheme}.svg`)
  writeFileSync(path, drawing(rowsOf(results), results, colours))
}

function rowsOf({ variants }: Results): Row[] {
  const medianOf = (name: string) => {
    const found = variants.find((variant) => variant.name === name)
    if (!found) throw new Error(`${file} has no variant "${name}": is it of isolation.ts?`)
    return found.p50.median
  }
  return variants
    .flatMap(({ name }) => /^(.+), idle$/.exec(name)?.[1] ?? [])
    .map((name) => ({ name, idle: medianOf(`${name}, idle`), busy: medianOf(`${name}, busy`) }))
}

function drawing(rows: readonly Row[], run: Results, colours: Colours): string {
  const { at, decades } = scaleOf(rows)
  const bottom = plot.top + rows.length * plot.rowHeight
  const height = bottom + 82
  const { machine, rounds, seconds } = run
  const sentences = rows.map(
    ({ name, idle, busy }) => `${name}: ${figure(idle)} idle, ${figure(busy)} busy.`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc" font-family="${sans}">
<title id="title">A session check while 32 people sign in</title>
<desc id="desc">Median time of a session check with the server otherwise idle, and with 32 sign-ins in flight, on a logarithmic scale. ${sentences.join(' ')} ${rounds} rounds of ${seconds} s. ${describeMachine(machine).replaceAll('\n', '; ')}.</desc>
<rect width="${width}" height="${height}" rx="6" fill="${colours.paper}"/>
<text x="32" y="46" font-family="${serif}" font-size="24" font-weight="500" fill="${colours.ink}">A session check while 32 people sign in</text>
${legend(colours)}
${decades.map((value) => gridLine(at(value), value, bottom, colours)).join('\n')}
<text x="32" y="${bottom + 58}" font-size="13" fill="${colours.inkSoft}">Median time of one check, less is better. Logarithmic scale: each line is ten times the one before.</text>
${rows.map((row, index) => pair(row, index, at, colours)).join('\n')}
</svg>
`
}

/** Whole powers of ten, wide enough for all figures and their labels. */
function scaleOf(rows: readonly Row[]) {
  const all = rows.flatMap(({ idle, busy }) => [idle, busy])
  const low = Math.floor(Math.log10(Math.min(...all)))
  const high = Math.ceil(Math.log10(Math.max(...all)))
  const unit = (plot.right - plot.left) / (high - low)
  return {
    at: (value: number) => plot.left + (Math.log10(value) - low) * unit,
    decades: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
  }
}

function legend(colours: Colours): string {
  return `<g font-size="14" fill="${colours.inkSoft}">
${points(42, 182, 75, colours.ink, colours)}
<text x="59" y="80">nobody signs in</text>
<text x="197" y="80">32 sign-ins in flight</text>
</g>`
}

function gridLine(x: number, value: number, bottom: number, { line, inkSoft }: Colours): string {
  return `<path d="M${x.toFixed(1)} ${plot.top - 14}V${bottom}" stroke="${line}"/>
<text x="${x.toFixed(1)}" y="${bottom + 24}" font-size="13" text-anchor="middle" fill="${inkSoft}">${axisLabel(value)}</text>`
}

/** Two points and the way between them; the first row is ours. */
function pair(row: Row, index: number, at: (value: number) => number, colours: Colours): string {
  const y = plot.top + (index + 0.5) * plot.rowHeight
  const [idle, busy] = [at(row.idle), at(row.busy)]
  const colour = index === 0 ? colours.accent : colours.ink
  // Labels stand outside, so that they never meet; the idle one on the left, unless that would lie.
  const touching = Math.abs(idle - busy) < 24
  const leftIsIdle = touching || idle < busy
  const [left, right] = [Math.min(idle, busy) - 18, Math.max(idle, busy) + 18]
  const [idleLabel, busyLabel] = leftIsIdle
    ? [`x="${left.toFixed(1)}" text-anchor="end"`, `x="${right.toFixed(1)}"`]
    : [`x="${right.toFixed(1)}"`, `x="${left.toFixed(1)}" text-anchor="end"`]
  return `<g font-size="15">
<text x="32" y="${y + 5}" font-size="16" fill="${colour}"${index === 0 ? ' font-weight="600"' : ''}>${row.name}</text>
<path d="M${idle.toFixed(1)} ${y}H${busy.toFixed(1)}" stroke="${colour}" stroke-width="3" stroke-opacity=".45"/>
${points(idle, busy, y, colour, colours)}
<g paint-order="stroke" stroke="${colours.paper}" stroke-width="5">
<text ${idleLabel} y="${y + 5}" fill="${colours.inkSoft}">${figure(row.idle)}</text>
<text ${busyLabel} y="${y + 5}" font-weight="600" fill="${colour}">${figure(row.busy)}</text>
</g>
</g>`
}

/** A ring for idle, and a dot that fits into it for busy: where both are the same, both are seen. */
function points(idle: number, busy: number, y: number, colour: string, colours: Colours): string {
  return `<circle cx="${idle.toFixed(1)}" cy="${y}" r="9" fill="${colours.paper}" stroke="${colours.edge}" stroke-width="2"/>
<circle cx="${busy.toFixed(1)}" cy="${y}" r="6" fill="${colour}"/>`
}

/** Two digits that mean something: more would pretend. */
function figure(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`
  return `${milliseconds >= 10 ? Math.round(milliseconds) : milliseconds.toPrecision(2)} ms`
}

function axisLabel(milliseconds: number): string {
  return milliseconds >= 1000 ? `${milliseconds / 1000} s` : `${milliseconds} ms`
}
