import { StoreUnavailableError } from '../kernel/errors.ts'
import { inTime } from './in-time.ts'

/** No request waits longer for a server that keeps sessions; then it is told 503. Milliseconds. */
const longestWait = 2000

const stores = { Redis: 'redis', memcached: 'memcached' } as const

/** What a server answers; or, whatever kept it from answering in time, that it is not available. */
export async function answered<Result>(
  server: keyof typeof stores,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await inTime(longestWait, work)
  } catch (cause) {
    throw new StoreUnavailableError(`${server} does not answer`, { cause, store: stores[server] })
  }
}
