import { expect, it } from 'vitest'
import { milliseconds } from '../kernel/clock.ts'
import type { Sample } from './reading.ts'
import { RequestMeter } from './request-meter.ts'

const name = 'sallyport_http_request_duration_seconds'

function valuesOf(samples: readonly Sample[], part: string): Sample['value'][] {
  return samples
    .filter(({ metricName }) => metricName === `${name}_${part}`)
    .map(({ value }) => value)
}

it('puts each request into the bucket of its time and all above, in seconds', () => {
  const requests = new RequestMeter()
  const meter = requests.of('GET', '/me')
  for (const ms of [0.2, 1, 1.1, 30, 5000, 9000]) meter.note(200, milliseconds(ms))
  const { values } = requests.read()
  expect(values.slice(0, 12).map(({ labels: { le } }) => le)).toEqual([
    0.001,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    '+Inf',
  ])
  expect(valuesOf(values, 'bucket')).toEqual([2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 5, 6])
  expect(valuesOf(values, 'count')).toEqual([6])
  expect(valuesOf(values, 'sum')[0]).toBeCloseTo(14.0323)
})

it('counts each method, route and status by itself, and finds the same meter again', () => {
  const requests = new RequestMeter()
  requests.of('GET', '/me').note(200, milliseconds(1))
  requests.of('GET', '/me').note(200, milliseconds(1))
  requests.of('GET', '/me').note(401, milliseconds(1))
  requests.of('DELETE', '/sessions').note(200, milliseconds(1))
  requests.of('GET', '/sessions').note(200, milliseconds(1))
  const counts = requests.read().values.filter(({ metricName }) => metricName === `${name}_count`)
  expect(counts.map(({ labels, value }) => [...Object.values(labels), value])).toEqual([
    ['GET', '/me', 200, 2],
    ['GET', '/me', 401, 1],
    ['DELETE', '/sessions', 200, 1],
    ['GET', '/sessions', 200, 1],
  ])
})

it('knows the methods that there are, and takes all others for one', () => {
  const requests = new RequestMeter()
  for (const method of ['GET', 'OPTIONS', 'get', 'BREW', 'x'.repeat(9000), '__proto__']) {
    requests.ofNoRoute(method).note(404, milliseconds(0))
  }
  const { values } = requests.read()
  expect(new Set(values.map(({ labels }) => labels['method']))).toEqual(
    new Set(['GET', 'OPTIONS', '(other)']),
  )
  expect(new Set(values.map(({ labels }) => labels['route']))).toEqual(new Set(['(none)']))
  expect(valuesOf(values, 'count')).toEqual([1, 1, 4])
})
