import { expect, it } from 'vitest'
import { minutes, seconds } from '../kernel/clock.ts'
import { Restarts } from './restarts.ts'

it('starts a worker again at once, and then after pauses that double, up to half a minute', () => {
  const restarts = new Restarts()
  const pauses = Array.from({ length: 10 }, () => restarts.pauseAfter(seconds(1)))
  expect(pauses).toEqual([0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

it('stays at the longest pause however often a worker dies', () => {
  const restarts = new Restarts()
  for (let death = 0; death < 5000; death++) restarts.pauseAfter(seconds(0))
  expect(restarts.pauseAfter(seconds(0))).toBe(30_000)
})

it('forgets the deaths before a long life', () => {
  const restarts = new Restarts()
  for (let death = 0; death < 5; death++) restarts.pauseAfter(seconds(59))
  expect(restarts.pauseAfter(minutes(1))).toBe(0)
  expect(restarts.pauseAfter(seconds(1))).toBe(500)
})
