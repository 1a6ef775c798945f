import type { Duration } from '../kernel/clock.ts'
import { figures } from './figures.ts'
import type { RequestMethod } from './labels.ts'
import { type FigureRead, readOf, type Sample } from './reading.ts'

/** In seconds: a session check takes less than the first, the hash of a password some fifty milliseconds. */
const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const

/** Requests with one answer: how many took how long. */
class Tally {
  /** Those up to each bound, and beyond the one before; at the end those beyond the last. */
  readonly counts: number[] = new Array<number>(bounds.length + 1).fill(0)
  sum = 0

  note(seconds: number): void {
    let at = 0
    while (at < bounds.length && seconds > (bounds[at] as number)) at += 1
    this.counts[at] = (this.counts[at] as number) + 1
    this.sum += seconds
  }
}

/**
 * What one route has answered. Our own counting, because every request pays for it: prom-client puts the labels
 * together each time, which takes a fortieth of `GET /me`. This takes a thousandth.
 */
export class RouteMeter {
  readonly method: RequestMethod
  readonly route: string
  readonly #byStatus = new Map<number, Tally>()

  constructor(method: RequestMethod, route: string) {
    this.method = method
    this.route = route
  }

  note(status: number, duration: Duration): void {
    let tally = this.#byStatus.get(status)
    if (!tally) {
      tally = new Tally()
      this.#byStatus.set(status, tally)
    }
    tally.note(duration / 1000)
  }

  get samples(): Sample[] {
    const { method, route } = this
    return [...this.#byStatus].flatMap(([status, tally]) =>
      samplesOf(tally, { method, route, status }),
    )
  }
}

/** All requests, by route. */
export class RequestMeter {
  readonly #routes = new Map<string, RouteMeter>()

  /** To be kept by whoever answers this route: to look for it at each request costs more than to count. */
  of(method: RequestMethod, route: string): RouteMeter {
    const name = `${method} ${route}`
    const meter = this.#routes.get(name) ?? new RouteMeter(method, route)
    this.#routes.set(name, meter)
    return meter
  }

  /** Of a request that no route answers. Its method may be any text. */
  ofNoRoute(method: string): RouteMeter {
    return this.of(isKnown(method) ? method : '(other)', '(none)')
  }

  read(): FigureRead {
    return readOf(
      'requests',
      [...this.#routes.values()].flatMap(({ samples }) => samples),
    )
  }
}

const known: ReadonlySet<string> = new Set<RequestMethod>([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
])

function isKnown(method: string): method is RequestMethod {
  return known.has(method)
}

/** As Prometheus has histograms: each bucket holds those below it too. */
function samplesOf({ counts, sum }: Tally, labels: Sample['labels']): Sample[] {
  const { name } = figures.requests
  let count = 0
  const buckets = [...bounds, '+Inf'].map((le, at) => {
    count += counts[at] as number
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
