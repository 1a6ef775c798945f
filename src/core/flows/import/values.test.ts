import { describe, expect, it } from 'vitest'
import { readFlag, readInstant } from './values.ts'

const isoOf = (value: unknown) => {
  const instant = readInstant(value)
  return instant === undefined ? undefined : new Date(instant).toISOString()
}

describe('a time', () => {
  it.each([
    ['2024-01-31', '2024-01-31T00:00:00.000Z'],
    ['2024-01-31 10:20', '2024-01-31T10:20:00.000Z'],
    ['2024-01-31T10:20:30Z', '2024-01-31T10:20:30.000Z'],
    ['2024-01-31 10:20:30.123456+00', '2024-01-31T10:20:30.123Z'],
    ['2024-01-31 10:20:30.5+05:30', '2024-01-31T04:50:30.500Z'],
    ['2024-01-31 10:20:30-0800', '2024-01-31T18:20:30.000Z'],
    ['2024-01-31 10:20:30 UTC', '2024-01-31T10:20:30.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    [' 1486324027 ', '2017-02-05T19:47:07.000Z'],
    ['1486324027000', '2017-02-05T19:47:07.000Z'],
    [1486324027000, '2017-02-05T19:47:07.000Z'],
    ['1486324027.25', '2017-02-05T19:47:07.250Z'],
    [0, '1970-01-01T00:00:00.000Z'],
  ])('is read from %j', (value, iso) => {
    expect(isoOf(value)).toBe(iso)
  })

  it.each([
    'yesterday',
    '31.01.2024',
    '01/31/2024',
    '2023-02-29',
    '2024-13-01',
    '2024-01-31 25:00',
    '2024-01-31T10:20:30+',
    '1969-12-31',
    '-5',
    '1e9',
    '',
    {},
  ])('is not read from %j', (value) => {
    expect(isoOf(value)).toBeUndefined()
  })
})

describe('a boolean', () => {
  it.each([true, 'true', 'T', 'YES', 'y', 'on', 1, '1', ' true '])('is true: %j', (value) => {
    expect(readFlag(value)).toBe(true)
  })

  it.each([false, 'False', 'f', 'no', 'N', 'off', 0, '0'])('is false: %j', (value) => {
    expect(readFlag(value)).toBe(false)
  })

  it.each(['', 'maybe', 2, '-1', null, {}])('is none: %j', (value) => {
    expect(readFlag(value)).toBeUndefined()
  })
})
