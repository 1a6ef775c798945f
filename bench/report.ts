import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { compare } from './harness.ts'
import { describeMachine, thisMachine } from './machine.ts'
import { type Comparison, type Plan, SpoiltRun, type Variant } from './plan.ts'
import type { ComparisonResult, Results, VariantResult } from './results.ts'
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
  /** What is printed of each variant: throughput, when left out. */
  readonly columns?: Columns
}

interface Columns {
  readonly heads: readonly string[]
  readonly of: (result: VariantResult) => readonly string[]
}

const throughputColumns: Columns = {
  heads: ['min/s', 'median/s', 'max/s', 'p50 ms', 'p99 ms', 'cpu µs'],
  of: ({ perSecond, p50, p99, cpu }) => [
    ...cells(perSecond, 0),
    p50.median.toFixed(2),
    p99.median.toFixed(2),
    cpu?.median.toFixed(1) ?? '-',
  ],
}

/** For what is done in this process: it takes microseconds, and no server's processor time. */
export const perCallColumns: Columns = {
  heads: ['min/s', 'median/s', 'max/s', 'p50 µs', 'p99 µs'],
  of: ({ perSecond, p50, p99 }) => [
    ...cells(perSecond, 0),
    ...[p50, p99].map(({ median }) => (median * 1000).toFixed(2)),
  ],
}

/** For loads with a rate of their own: there latency is what a server can be good or bad at. */
export function latencyColumns(beside: string): Columns {
  return {
    heads: ['p50 min', 'median', 'max ms', 'p99 min', 'median', 'max ms', beside],
    of: (result) => [
      ...cells(result.p50, 2),
      ...cells(result.p99, 2),
      result.beside?.median.toFixed(1) ?? '-',
    ],
  }
}

/** Measures and prints; or, when anything went wrong, says what and prints no figure. */
export async function report(
  { columns = throughputColumns, ...bench }: Bench,
  { json, ...how }: Options,
): Promise<void> {
  const plan: Plan = { ...bench, ...how }
  console.log(`${plan.title}\n\n${describeMachine(thisMachine())}`)
  console.log(`${plan.rounds} rounds of ${plan.seconds} s for each variant, in turns\n`)
  await orSayWhy(async () => {
    const results = await compare(plan)
    console.log(tableOf(results, columns))
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`)
  })
}

/** A run that is spoilt says why, and exits with 1. */
export async function orSayWhy(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof SpoiltRun)) throw error
    console.error(`No figures: ${error.message}`)
    process.exitCode = 1
  }
}

function tableOf(
  { variants, comparisons, repeated, foreign }: Results,
  { heads, of }: Columns,
): string {
  const figures = variants.map((variant) => [variant.name, ...of(variant)])
  const ratios = comparisons.map((one) => [
    `${one.by === 'rate' ? '' : `${one.by} of `}${one.of} / ${one.to}`,
    ...cells(one.ratio, 3),
    verdict(one),
  ])
  return [
    ...aligned([['variant', ...heads], ...figures]),
    '',
    ...aligned([['ratio within a round', 'min', 'median', 'max', 'goal'], ...ratios]),
    '',
    `other programs had ${percent(foreign.median)} of the processor (at most ${percent(foreign.max)}); rounds taken again for that: ${repeated}`,
  ].join('\n')
}

function verdict({ ratio, by, goal }: ComparisonResult): string {
  if (goal === undefined) return '-'
  const met = by === 'rate' ? ratio.median >= goal : ratio.median <= goal
  return `${goal} ${met ? 'met' : 'MISSED'}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function cells({ min, median, max }: Spread, digits: number): string[] {
  return [min, median, max].map((value) => value.toFixed(digits))
}

export function aligned(rows: readonly (readonly string[])[]): string[] {
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
