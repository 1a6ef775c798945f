import { expect, it } from 'vitest'
import type { FigureRead, Sample } from './reading.ts'
import { sumOf, textOf } from './reading.ts'

type Kind = Pick<FigureRead, 'type' | 'aggregator'>

const counter: Kind = { type: 'counter', aggregator: 'sum' }
const gauge: Kind = { type: 'gauge', aggregator: 'sum' }

function figure(name: string, kind: Kind, ...values: (number | Sample)[]): FigureRead {
  const samples = values.map((one) => (typeof one === 'number' ? { value: one, labels: {} } : one))
  return { name, help: 'A figure.', ...kind, values: samples }
}

it('adds up what several processes say, each figure once, in the order of the first', () => {
  const sum = sumOf([
    [figure('waiting', gauge, 2), figure('refused_total', counter, 10)],
    [figure('waiting', gauge, 3), figure('refused_total', counter, 0.5)],
    [],
    [figure('new_total', counter, 1)],
  ])
  expect(sum).toEqual([
    figure('waiting', gauge, 5),
    figure('refused_total', counter, 10.5),
    figure('new_total', counter, 1),
  ])
  expect(sumOf([])).toEqual([])
})

it('adds up what has the same labels, and keeps apart what has not', () => {
  const of = (status: number, value: number): Sample => ({
    labels: { route: '/me', status },
    value,
  })
  expect(
    sumOf([
      [figure('requests_total', counter, of(200, 5), of(401, 1))],
      [figure('requests_total', counter, of(200, 2), of(503, 1))],
    ]),
  ).toEqual([figure('requests_total', counter, of(200, 7), of(401, 1), of(503, 1))])
})

it('takes the greatest of what each process knows as a whole', () => {
  const whole: Kind = { type: 'gauge', aggregator: 'max' }
  const readings = [4, 6, 5].map((sessions) => [figure('sessions', whole, sessions)])
  expect(sumOf(readings)).toEqual([figure('sessions', whole, 6)])
})

it('leaves what was read as it was', () => {
  const one = [figure('waiting', gauge, 2)]
  sumOf([one, one])
  expect(one).toEqual([figure('waiting', gauge, 2)])
})

it('writes figures as collectors read them', async () => {
  const text = await textOf([
    figure('a_total', counter, 3),
    figure('b', gauge, { value: 0.5, labels: { of: 'a "b" \\ c' } }),
  ])
  expect(text).toBe(
    '# HELP a_total A figure.\n# TYPE a_total counter\na_total 3\n\n' +
      '# HELP b A figure.\n# TYPE b gauge\nb{of="a \\"b\\" \\\\ c"} 0.5\n',
  )
})
