import { expect, it } from 'vitest'
import type { Metric } from '../http/metrics.ts'
import { Totals } from './totals.ts'

const reading = (waiting: number, refused: number): Metric[] => [
  { name: 'waiting', help: '', type: 'gauge', value: waiting },
  { name: 'refused_total', help: '', type: 'counter', value: refused },
]

it('adds up what each worker said last', () => {
  const totals = new Totals()
  totals.note(1, reading(5, 1))
  totals.note(2, reading(2, 10))
  totals.note(1, reading(1, 3))
  expect(totals.metrics).toEqual(reading(3, 13))
})

it('keeps what a worker has counted when it is gone, and lets its successor count from nothing', () => {
  const totals = new Totals()
  totals.note(1, reading(5, 7))
  totals.note(2, reading(1, 1))
  totals.depart(1)
  expect(totals.metrics).toEqual(reading(1, 8))
  totals.note(1, reading(0, 0))
  expect(totals.metrics).toEqual(reading(1, 8))
  totals.note(1, reading(0, 2))
  totals.depart(1)
  totals.depart(1)
  expect(totals.metrics).toEqual(reading(1, 10))
})
