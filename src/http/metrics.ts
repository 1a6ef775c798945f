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

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'
