import { setTimeout as delay } from 'node:timers/promises'

/** What comes of `work`, or a fault once so many milliseconds have passed: whatever becomes of it then is nobody's. */
export async function inTime<Result>(
  milliseconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const settled = new AbortController()
  const tooLate = delay(milliseconds, undefined, { signal: settled.signal }).then(() => {
    throw new Error(`no answer within ${milliseconds} ms`)
  })
  try {
    return await Promise.race([work(), tooLate])
  } finally {
    tooLate.catch(() => undefined)
    settled.abort()
  }
}
