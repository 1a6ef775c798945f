import { collectDefaultMetrics, Registry } from 'prom-client'
import { type Reading, readingOf } from './reading.ts'

/**
 * Memory, processor time, event loop and garbage collection of this process, under the names that prom-client gives
 * them everywhere. For a process that is ours, once in its life: what observes it is never taken away. An application
 * around the library has its own.
 */
export function openProcessFigures(): () => Promise<Reading> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return async () => {
    return (await readingOf(registry)).map((figure) =>
      // prom-client leaves it out where there are several processes; the server began with the first.
      figure.name === 'process_start_time_seconds' ? { ...figure, aggregator: 'min' } : figure,
    )
  }
}
