import { Counter, Histogram, type Registry } from 'prom-client'
import { type CountedFigure, figures, type MeasuredFigure } from './figures.ts'
import { type FigureLabels, labelsOf } from './labels.ts'

/** In seconds: of a wait for a thread, and of a hash at any cost. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/**
 * Begins with a nought for each value of its labels: what appears with its first count has not risen, as far as a
 * collector can tell.
 * @see https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics
 */
export function counterOf<Name extends CountedFigure>(
  figure: Name,
  registry: Registry,
): Counter<keyof FigureLabels[Name] & string> {
  const { name, help } = figures[figure]
  const labels: Readonly<Record<string, object>> = labelsOf[figure]
  const counter = new Counter({
    name,
    help,
    labelNames: Object.keys(labels),
    registers: [registry],
  })
  for (const combination of combinationsOf(labels)) counter.inc(combination, 0)
  return counter
}

export function histogramOf(
  figure: Exclude<MeasuredFigure, 'requests'>,
  registry: Registry,
): Histogram {
  const { name, help } = figures[figure]
  return new Histogram({ name, help, buckets: bounds, registers: [registry] })
}

/** Every label with every value that it can have. */
function combinationsOf(labels: Readonly<Record<string, object>>): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (combinations, [label, values]) =>
      combinations.flatMap((one) =>
        Object.keys(values).map((value) => ({ ...one, [label]: value })),
      ),
    [{}],
  )
}
