import { AggregatorRegistry, type Registry } from 'prom-client'
import { type FigureName, figures } from './figures.ts'

/** One number of a figure. A histogram has several under names of their own: its buckets, sum and count. */
export interface Sample {
  readonly value: number
  readonly labels: Readonly<Record<string, string | number>>
  readonly metricName?: string
}

/** A figure as it is now: what prom-client makes of its own, and what travels from a worker to the primary. */
export interface FigureRead {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  /** How the figures of several processes become one. */
  readonly aggregator: 'sum' | 'max' | 'min' | 'average' | 'first' | 'omit'
  readonly values: readonly Sample[]
}

export type Reading = readonly FigureRead[]

/** prom-client's types have the kinds of figures for numbers; they are texts. */
export async function readingOf(registry: Registry): Promise<Reading> {
  return (await registry.getMetricsAsJSON()) as unknown as Reading
}

/** A figure of ours that is not kept by prom-client. */
export function readOf(name: FigureName, values: readonly Sample[]): FigureRead {
  const { over: aggregator = 'sum', ...kind } = figures[name]
  return { ...kind, aggregator, values }
}

/** Several processes as one: each figure once, in the order of the first, by its own aggregator. */
export function sumOf(readings: readonly Reading[]): Reading {
  // What it registers are the sums themselves, which its types do not say; to ask for them as JSON is a promise.
  const sums = aggregated(readings).getMetricsAsArray() as unknown as Reading
  return sums.map(({ name, help, type, aggregator, values }) => ({
    name,
    help,
    type,
    aggregator,
    values,
  }))
}

/** Prometheus' text format 0.0.4: what every collector reads. */
export function textOf(reading: Reading): Promise<string> {
  return aggregated([reading]).metrics()
}

function aggregated(readings: readonly Reading[]) {
  return AggregatorRegistry.aggregate([...readings])
}
