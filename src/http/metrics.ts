/** One figure about the running process. Its name and meaning are part of the public interface. */
export interface Metric {
  /** `sallyport_…`, with the unit at the end, and `_total` for what only grows. */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly value: number
}

/** Prometheus' text format 0.0.4: what every collector reads. */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics
    .map(
      ({ name, help, type, value }) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`,
    )
    .join('')
}

/** Several processes as one: counts and lengths of queues alike are added up, each name once. */
export function sumOfMetrics(readings: Iterable<readonly Metric[]>): Metric[] {
  const sums = new Map<string, Metric>()
  for (const reading of readings) {
    for (const metric of reading) {
      const value = (sums.get(metric.name)?.value ?? 0) + metric.value
      sums.set(metric.name, { ...metric, value })
    }
  }
  return [...sums.values()]
}

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'
