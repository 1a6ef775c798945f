import { expect, it } from 'vitest'
import type { FigureRead, Reading, Sample } from '../metrics/reading.ts'
import { Totals } from './totals.ts'

function figure(type: FigureRead['type'], name: string, values: readonly Sample[]): FigureRead {
  return { name, help: 'A figure.', type, aggregator: 'sum', values }
}

const reading = (waiting: number, refused: number): Reading => [
  figure('gauge', 'waiting', [{ value: waiting, labels: {} }]),
  figure('counter', 'refused_total', [{ value: refused, labels: {} }]),
]

/** Answers of a route, all of them within a second. */
const answers = (route: string, count: number): Reading => [
  figure('histogram', 'seconds', [
    { metricName: 'seconds_bucket', labels: { le: 1, route }, value: count },
    { metricName: 'seconds_bucket', labels: { le: '+Inf', route }, value: count },
    { metricName: 'seconds_sum', labels: { route }, value: count / 2 },
    { metricName: 'seconds_count', labels: { route }, value: count },
  ]),
]

it('adds up what each worker said last', () => {
  const totals = new Totals()
  totals.note(1, reading(5, 1))
  totals.note(2, reading(2, 10))
  totals.note(1, reading(1, 3))
  expect(totals.reading).toEqual(reading(3, 13))
})

it('keeps what a worker has counted when it is gone, and lets its successor count from nothing', () => {
  const totals = new Totals()
  totals.note(1, reading(5, 7))
  totals.note(2, reading(1, 1))
  totals.depart(1)
  expect(totals.reading).toEqual(reading(1, 8))
  totals.note(1, reading(0, 0))
  expect(totals.reading).toEqual(reading(1, 8))
  totals.note(1, reading(0, 2))
  totals.depart(1)
  totals.depart(1)
  expect(totals.reading).toEqual(reading(1, 10))
})

it('keeps what a worker has measured in the same way', () => {
  const totals = new Totals()
  totals.note(1, answers('/me', 4))
  totals.depart(1)
  expect(totals.reading).toEqual(answers('/me', 4))
  totals.note(1, answers('/me', 1))
  totals.note(2, answers('/me', 2))
  expect(totals.reading).toEqual(answers('/me', 7))
})
