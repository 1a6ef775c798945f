import { expect, it } from 'vitest'
import { openProcessFigures } from './process-figures.ts'
import { sumOf } from './reading.ts'

it('tells what the process takes, and of several: what all take, since the first began', async () => {
  const read = await openProcessFigures()()
  const of = (name: string, reading = read) =>
    reading.find((figure) => figure.name === name)?.values[0]?.value ?? Number.NaN
  expect(of('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
  expect(of('process_cpu_seconds_total')).toBeGreaterThan(0)

  const began = 'process_start_time_seconds'
  const later = read.map((figure) =>
    figure.name === began ? { ...figure, values: [{ value: of(began) + 60, labels: {} }] } : figure,
  )
  const both = sumOf([later, read])
  expect(of(began, both)).toBe(of(began))
  expect(of('process_resident_memory_bytes', both)).toBe(2 * of('process_resident_memory_bytes'))
  expect(both.map(({ name }) => name)).toEqual(read.map(({ name }) => name))
})
