import { afterEach, expect, it, vi } from 'vitest'
import { minutes, seconds } from '../kernel/clock.ts'
import { FakeClock } from '../testing/clock.ts'
import { seldom } from './seldom.ts'

afterEach(() => void vi.useRealTimers())

it('asks once a minute, and gives the last answer until then', async () => {
  const clock = new FakeClock()
  let asked = 0
  const read = seldom(async () => ++asked, clock)
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1])
  clock.advance(seconds(59))
  expect(await read()).toBe(1)
  clock.advance(seconds(1))
  expect(await read()).toBe(2)
})

it('asks again when the clock was set back', async () => {
  const clock = new FakeClock()
  let asked = 0
  const read = seldom(async () => ++asked, clock)
  await read()
  clock.advance(-minutes(60))
  expect(await read()).toBe(2)
})

it('says nothing where there is no answer, and asks again a minute later', async () => {
  const clock = new FakeClock()
  const answers = [Promise.reject(new Error('away')), Promise.resolve(7)]
  const read = seldom(() => answers.shift() as Promise<number>, clock)
  expect(await read()).toBeUndefined()
  expect(await read()).toBeUndefined()
  clock.advance(minutes(1))
  expect(await read()).toBe(7)
})

it('waits no longer than a second, and gives what came later to whoever asks then', async () => {
  vi.useFakeTimers()
  const { promise, resolve } = Promise.withResolvers<number>()
  const read = seldom(() => promise, new FakeClock())
  const late = read()
  await vi.advanceTimersByTimeAsync(1000)
  expect(await late).toBeUndefined()
  resolve(7)
  expect(await read()).toBe(7)
})
