import { expect } from 'vitest'

export type Labels = Readonly<Record<string, string>>

interface Sample {
  readonly name: string
  readonly labels: Labels
  readonly value: number
}

interface Family {
  readonly type: string
  readonly samples: Sample[]
}

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const helpLine = new RegExp(`^# HELP (${name}) (?:[^\\\\]|\\\\[\\\\n])+$`)
const typeLine = new RegExp(`^# TYPE (${name}) (counter|gauge|histogram|summary|untyped)$`)
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\]|\\\\["\\\\n])*"'
const sampleLine = new RegExp(`^(${name})(?:\\{(${label}(?:,${label})*)\\})? (\\S+)$`)

/** The figures of a text in Prometheus' format 0.0.4, read as strictly as the format is defined. */
export class ParsedMetrics {
  readonly families: ReadonlyMap<string, Family>

  /** @throws A line that is not of the format, or does not stand where it belongs. */
  constructor(text: string) {
    expect(text.endsWith('\n')).toBe(true)
    this.families = familiesOf(text.split('\n'))
    for (const { type, samples } of this.families.values()) {
      const series = samples.map((one) => `${one.name}${JSON.stringify(one.labels)}`)
      expect(new Set(series).size).toBe(series.length)
      if (type === 'histogram') checkBuckets(samples)
    }
  }

  get samples(): Sample[] {
    return [...this.families.values()].flatMap(({ samples }) => samples)
  }

  /** The number of a sample with exactly these labels, `undefined` where there is none. */
  value(sample: string, labels: Labels = {}): number | undefined {
    const wanted = series(labels)
    return this.samples.find((one) => one.name === sample && series(one.labels) === wanted)?.value
  }

  /** All samples of this name, whatever their labels, added up. */
  total(sample: string): number {
    const values = this.samples.filter((one) => one.name === sample).map((one) => one.value)
    return values.reduce((sum, value) => sum + value, 0)
  }
}

function familiesOf(lines: readonly string[]): Map<string, Family> {
  const families = new Map<string, Family>()
  let helped: string | undefined
  let current: [string, Family] | undefined
  for (const line of lines.filter((one) => one !== '')) {
    const help = helpLine.exec(line)
    const type = typeLine.exec(line)
    const sample = sampleLine.exec(line)
    if (help) {
      expect(families.has(help[1] as string), line).toBe(false)
      helped = help[1]
    } else if (type) {
      expect(type[1], 'TYPE follows HELP').toBe(helped)
      current = [type[1] as string, { type: type[2] as string, samples: [] }]
      families.set(...current)
    } else if (sample && current) {
      const [, of = '', labels = '', value = ''] = sample
      expect(namesOf(...current)).toContain(of)
      expect(value).toMatch(/^(?:NaN|Nan|[+-]Inf|-?[\d.]+(?:e[+-]?\d+)?)$/)
      current[1].samples.push({ name: of, labels: labelsOf(labels), value: numberOf(value) })
    } else throw new Error(`not a line of the format: ${JSON.stringify(line)}`)
  }
  return families
}

function namesOf(family: string, { type }: Family): string[] {
  if (type !== 'histogram') return [family]
  return ['bucket', 'sum', 'count'].map((part) => `${family}_${part}`)
}

function labelsOf(text: string): Labels {
  const labels = [...text.matchAll(/([^=,]+)="((?:[^"\\]|\\.)*)"/g)].map(([, of, value = '']) => [
    of,
    value.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped)),
  ])
  return Object.fromEntries(labels)
}

function numberOf(text: string): number {
  return text.endsWith('Inf') ? Number(`${text}inity`) : Number(text)
}

function series(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort())
}

/** Each bucket holds those below it too, and the last one all that were counted. */
function checkBuckets(samples: readonly Sample[]): void {
  const withoutBound = ({ labels: { le: _, ...labels } }: Sample) => series(labels)
  for (const one of Map.groupBy(samples, withoutBound).values()) {
    const buckets = one.filter((sample) => sample.name.endsWith('_bucket'))
    const bounds = buckets.map((sample) => numberOf(sample.labels['le'] as string))
    expect(bounds).toEqual([...bounds].sort((a, b) => a - b))
    expect(bounds.at(-1)).toBe(Number.POSITIVE_INFINITY)
    const counts = buckets.map((sample) => sample.value)
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(one.find((sample) => sample.name.endsWith('_count'))?.value).toBe(counts.at(-1))
  }
}
