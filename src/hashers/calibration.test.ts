import { describe, expect, it } from 'vitest'
import { costsToTry, median, recommend } from './calibration.ts'
import type { MakingScheme } from './scheme.ts'
import { makingSchemes } from './schemes/index.ts'

const schemeOf = (name: string) => makingSchemes.get(name) as MakingScheme
const mebibyte = 1024 * 1024
const plenty = { threads: 2, memory: 4096 * mebibyte }

describe('costs to try', () => {
  it.each([...makingSchemes.values()].map((scheme) => [scheme.name, scheme] as const))(
    'of %s begin with the default, never fall below it, and can all be made',
    (_, scheme) => {
      const [first, ...others] = costsToTry(scheme, plenty)
      expect(first).toEqual(scheme.defaultCost)
      expect(others.length).toBeGreaterThan(0)
      for (const cost of others) {
        expect(scheme.isWeaker(cost, scheme.defaultCost)).toBe(false)
        expect(scheme.isWeaker(scheme.defaultCost, cost)).toBe(true)
        expect(scheme.refusal('', cost)).toBeUndefined()
      }
    },
  )

  it('keep within the memory, and grow in passes then', () => {
    const costs = costsToTry(schemeOf('argon2id'), { threads: 4, memory: 256 * mebibyte })
    expect(costs.map(({ memory, passes }) => [memory, passes])).toEqual([
      [19_456, 2],
      [32_768, 2],
      [47_104, 2],
      [65_536, 2],
      [65_536, 3],
      [65_536, 4],
      [65_536, 6],
      [65_536, 8],
      [65_536, 10],
    ])
  })

  it('are the default alone where there is no memory for more', () => {
    const scheme = schemeOf('argon2id')
    const costs = costsToTry(scheme, { threads: 64, memory: 256 * mebibyte })
    expect(costs).toEqual([scheme.defaultCost])
  })
})

describe('the recommendation', () => {
  const scheme = schemeOf('argon2id')
  const measured = (memory: number, alone: number, busy: number) => ({
    cost: { memory, passes: 2, lanes: 1 },
    alone,
    busy,
  })
  const some = [
    measured(19_456, 20, 40),
    measured(65_536, 70, 150),
    measured(98_304, 110, 260),
  ] as const

  it('is the dearest cost within the target while every thread is busy', () => {
    expect(recommend(scheme, [...some], { target: 250, threads: 2 })).toEqual({
      measurement: some[1],
      onTarget: true,
      perSecond: 2000 / 150,
      memory: 128 * mebibyte,
    })
    expect(recommend(scheme, [...some], { target: 260, threads: 2 }).measurement).toBe(some[2])
  })

  it('is the default where even that is slower', () => {
    const { measurement, onTarget } = recommend(scheme, [...some], { target: 10, threads: 2 })
    expect([measurement, onTarget]).toEqual([some[0], false])
  })
})

it.each([
  [[5], 5],
  [[1, 100, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %i', (values, middle) => {
  expect(median(values)).toBe(middle)
})
