import type { Machine } from './machine.ts'
import type { Comparison, Figure, Sample } from './plan.ts'
import { percentile, type Spread, spread } from './statistics.ts'

export interface Results {
  readonly title: string
  readonly machine: Machine
  readonly rounds: number
  readonly seconds: number
  /** Rounds that were taken again because something else was running. */
  readonly repeated: number
  /** The share of the processor that other programs had all the same. */
  readonly foreign: Spread
  readonly variants: readonly VariantResult[]
  readonly comparisons: readonly ComparisonResult[]
}

export interface VariantResult {
  readonly name: string
  readonly perSecond: Spread
  /** Milliseconds: the percentile of each round, over all rounds. */
  readonly p50: Spread
  readonly p99: Spread
  /** What was done beside those that are counted, per second. */
  readonly beside?: Spread | undefined
  /** Processor time for each, in microseconds: moves least when something else is running. */
  readonly cpu?: Spread | undefined
}

export interface ComparisonResult extends Comparison {
  readonly ratio: Spread
}

export function resultOf(name: string, samples: readonly Sample[]): VariantResult {
  const cpu = samples.flatMap(({ cpuSeconds, count }) =>
    cpuSeconds === undefined ? [] : [(cpuSeconds / count) * 1e6],
  )
  const beside = samples.flatMap((sample) => sample.beside ?? [])
  return {
    name,
    cpu: cpu.length > 0 ? spread(cpu) : undefined,
    perSecond: spread(samples.map(figures.rate)),
    p50: spread(samples.map(figures.p50)),
    p99: spread(samples.map(figures.p99)),
    beside: beside.length > 0 ? spread(beside) : undefined,
  }
}

/** Within a round both had the same weather, so ratios are taken there and only then put in order. */
export function ratios(by: Figure, of: readonly Sample[], to: readonly Sample[]): number[] {
  const figure = figures[by]
  return of.map((sample, round) => figure(sample) / figure(to[round] as Sample))
}

const figures: Readonly<Record<Figure, (sample: Sample) => number>> = {
  rate: ({ count, seconds }) => count / seconds,
  p50: ({ latencies }) => percentile(latencies, 0.5),
  p99: ({ latencies }) => percentile(latencies, 0.99),
}
