import { setImmediate } from 'node:timers/promises'
import type { Sample } from './plan.ts'

/** As in any application, other things happen in between: milliseconds. Who never lets go hears of nothing. */
const breath = 5

/** Does `work` over and over, so many at the same time. What is not as it should be it throws. */
export async function timed(
  milliseconds: number,
  atOnce: number,
  work: () => Promise<void>,
): Promise<Sample> {
  const latencies: number[] = []
  const begin = performance.now()
  const end = begin + milliseconds
  let heard = begin
  const lane = async () => {
    for (let now = performance.now(); now < end; ) {
      if (now - heard > breath) {
        await setImmediate()
        heard = performance.now()
      }
      const start = performance.now()
      await work()
      now = performance.now()
      latencies.push(now - start)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  const seconds = (performance.now() - begin) / 1000
  return { count: latencies.length, seconds, latencies, problems: [] }
}
