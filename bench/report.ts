import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { compare, SpoiltRun } from './harness.ts'
import { describeMachine, thisMachine } from './machine.ts'
import type { Comparison, Plan, Variant } from './plan.ts'
import type { ComparisonResult, Results } from './results.ts'
import type { Spread } from './statistics.ts'

export interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly tolerated: number
  /** Where the results go as JSON too. */
  readonly json: string | undefined
}

/** `--rounds 9 --seconds 5 --tolerate 0.2 --json file`. */
export function optionsOf(defaults: { rounds: number; seconds: number }): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      tolerate: { type: 'string', default: '0.1' },
      json: { type: 'string' },
    },
  })
  return {
    rounds: positive(values.rounds ?? defaults.rounds),
    seconds: positive(values.seconds ?? defaults.seconds),
    tolerated: positive(values.tolerate),
    json: values.json,
  }
}

function positive(given: string | number): number {
  const number = Number(given)
  if (number > 0) return number
  throw new Error(`${given} is not a number above 0`)
}

export interface Bench {
  readonly title: string
  readonly variants: readonly Variant[]
  readonly comparisons: readonly Comparison[]
}

/** Measures and prints; or, when anything went wrong, says what and prints no figure. */
export async function report(bench: Bench, { json, ...how }: Options): Promise<void> {
  const plan: Plan = { ...bench, ...how }
  console.log(`${plan.title}\n\n${describeMachine(thisMachine())}`)
  console.log(`${plan.rounds} rounds of ${plan.seconds} s for each variant, in turns\n`)
  try {
    const results = await compare(plan)
    console.log(tableOf(results))
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`)
  } catch (error) {
    if (!(error instanceof SpoiltRun)) throw error
    console.error(`No figures: ${error.message}`)
    process.exitCode = 1
  }
}

function tableOf({ variants, comparisons, repeated, foreign }: Results): string {
  const throughput = variants.map(({ name, perSecond, p50, p99, cpu }) => [
    name,
    ...cells(perSecond, 0),
    p50.median.toFixed(2),
    p99.median.toFixed(2),
    cpu?.median.toFixed(1) ?? '-',
  ])
  const ratios = comparisons.map((one) => [
    `${one.of} / ${one.to}`,
    ...cells(one.ratio, 3),
    verdict(one),
  ])
  return [
    ...aligned([
      ['variant', 'min/s', 'median/s', 'max/s', 'p50 ms', 'p99 ms', 'cpu µs'],
      ...throughput,
    ]),
    '',
    ...aligned([['ratio within a round', 'min', 'median', 'max', 'goal'], ...ratios]),
    '',
    `other programs had ${percent(foreign.median)} of the processor (at most ${percent(foreign.max)}); rounds taken again for that: ${repeated}`,
  ].join('\n')
}

function verdict({ ratio, goal }: ComparisonResult): string {
  if (goal === undefined) return '-'
  return `${goal} ${ratio.median >= goal ? 'met' : 'MISSED'}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function cells({ min, median, max }: Spread, digits: number): string[] {
  return [min, median, max].map((value) => value.toFixed(digits))
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths?.[column] ?? 0
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  '),
  )
}
