import { describe, expect, it } from 'vitest'
import { duration, time } from './time.ts'

describe('time', () => {
  const moment = new Date('2030-03-09T23:05:59Z')

  it('is readable as it stands, names its zone, and gives the script the exact moment', () => {
    expect(String(time(moment, 'minute'))).toBe(
      '<time datetime="2030-03-09T23:05:59.000Z" data-precision="minute">9\u00a0March\u00a02030, 23:05\u00a0UTC</time>',
    )
  })

  it('shows a day without a clock', () => {
    expect(String(time(moment, 'day'))).toContain('>9\u00a0March\u00a02030<')
  })
})

describe('duration', () => {
  const minute = 60_000
  it.each([
    [minute, '1 minute'],
    [30 * minute, '30 minutes'],
    [60 * minute, '1 hour'],
    [90 * minute, '1 hour 30 minutes'],
    [24 * 60 * minute, '1 day'],
    [7 * 24 * 60 * minute, '7 days'],
  ])('says %i ms as people do: %s', (milliseconds, words) => {
    expect(duration(milliseconds)).toBe(words)
  })

  it('never says that something lasts no time at all', () => {
    expect(duration(20_000)).toBe('1 minute')
  })
})
