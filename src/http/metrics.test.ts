import { expect, it } from 'vitest'
import { metricsText } from './metrics.ts'

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
