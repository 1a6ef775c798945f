import { setTimeout as delay } from 'node:timers/promises'
import { StoreUnavailableError } from '../kernel/errors.ts'

/** No request waits longer for a server that keeps sessions; then it is told 503. Milliseconds. */
const longestWait = 2000

const stores = { Redis: 'redis', memcached: 'memcached' } as const

/** What a server answers; or, whatever kept it from answering in time, that it is not available. */
export async function answered<Result>(
  server: keyof typeof stores,
  work: () => Promise<Result>,
): Promise<Result> {
  const settled = new AbortController()
  const tooLate = delay(longestWait, undefined, { signal: settled.signal }).then(() => {
    throw new Error(`no answer within ${longestWait} ms`)
  })
  try {
    return await Promise.race([work(), tooLate])
  } catch (cause) {
    throw new StoreUnavailableError(`${server} does not answer`, { cause, store: stores[server] })
  } finally {
    tooLate.catch(() => undefined)
    settled.abort()
  }
}
