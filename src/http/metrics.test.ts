import { expect, it } from 'vitest'
import { type Metric, metricsText, sumOfMetrics } from './metrics.ts'

it('writes metrics as collectors read them', () => {
  const text = metricsText([
    { name: 'sallyport_a_total', help: 'How many.', type: 'counter', value: 3 },
    { name: 'sallyport_b', help: 'How much now.', type: 'gauge', value: 0.5 },
  ])
  expect(text).toBe(
    '# HELP sallyport_a_total How many.\n# TYPE sallyport_a_total counter\nsallyport_a_total 3\n' +
      '# HELP sallyport_b How much now.\n# TYPE sallyport_b gauge\nsallyport_b 0.5\n',
  )
})

it('adds up what several processes say, each name once, in the order of the first', () => {
  const counter = (name: string, value: number): Metric => ({
    name,
    help: '',
    type: 'counter',
    value,
  })
  const gauge = (name: string, value: number): Metric => ({ name, help: '', type: 'gauge', value })
  const sum = sumOfMetrics([
    [gauge('waiting', 2), counter('refused_total', 10)],
    [gauge('waiting', 3), counter('refused_total', 0.5)],
    [],
    [counter('new_total', 1)],
  ])
  expect(sum).toEqual([
    gauge('waiting', 5),
    counter('refused_total', 10.5),
    counter('new_total', 1),
  ])
  expect(sumOfMetrics([])).toEqual([])
})
