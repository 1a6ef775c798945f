import type { Configuration } from './config/index.ts'
import { Context, describeMaking } from './hashers/context.ts'
import { PlannedHashReader } from './hashers/hash-reader.ts'
import {
  defaultSchemes,
  PasswordContextError,
  type PasswordContextOptions,
  planOf,
} from './hashers/options.ts'
import { defaultThreads } from './hashers/pool.ts'
import type { Log } from './http/context.ts'
import { ConfigurationError } from './kernel/errors.ts'
import type { Random } from './kernel/random.ts'
import type { Meters } from './metrics/meters.ts'

/**
 * The password context that the configuration asks for. Its threads start at once.
 * @throws {ConfigurationError} A scheme or a cost that there is not.
 */
export function openHashing(
  configuration: Configuration,
  { random, log, meters }: HashingPorts,
): Context {
  const report = (error: Error) => log.error({ err: error }, 'a hashing thread has died')
  const context = inSettings(() => {
    const options = { ...contextOptions(configuration), report }
    return new Context(options, random, (times) => meters.hashed(times))
  })
  meters.watch('hashesWaiting', () => context.counts.waiting)
  meters.watch('hashesRefused', () => context.counts.refused)
  meters.watch('hashesCancelled', () => context.counts.cancelled)
  return context
}

interface HashingPorts {
  readonly random: Random
  readonly log: Pick<Log, 'error'>
  readonly meters: Pick<Meters, 'hashed' | 'watch'>
}

/** What is made at which cost, by the threads of all workers together; starts none of them. */
export function describeHashing(configuration: Configuration): Context['making'] {
  const making = inSettings(() => describeMaking(contextOptions(configuration)))
  const { workers } = configuration
  return { ...making, threads: making.threads * workers, memory: making.memory * workers }
}

/** Reads hashes as the server would, without starting any thread. */
export function openHashReader(configuration: Configuration): PlannedHashReader {
  return inSettings(() => new PlannedHashReader(planOf(contextOptions(configuration))))
}

/** The same in words of `createPasswordContext`, for one worker. */
export function contextOptions(configuration: Configuration): PasswordContextOptions {
  const { password_schemes, password_cost, password_pepper } = configuration
  const schemes = [...new Set(password_schemes.flatMap(expand))]
  if (schemes.includes('postgres_md5')) {
    throw new PasswordContextError(
      'schemes',
      'cannot name postgres_md5: its salt is a name of elsewhere',
    )
  }
  return {
    schemes,
    ...(password_cost && { costs: { [schemes[0] as string]: password_cost } }),
    ...(password_pepper && {
      pepper: password_pepper.map(({ id, key }) => ({ id, key: key.expose() })),
    }),
    ...shareOf(configuration),
  }
}

/** So many hashes wait as long for one thread as the default queue does for two. */
const queuePerThread = 64

/** What each worker has of the machine's cores, so that all together have as many threads as one alone. */
function shareOf({
  workers,
  hash_threads,
  hash_queue,
  sources,
}: Configuration): Pick<PasswordContextOptions, 'threads' | 'queue'> {
  if (workers === 1) return { queue: hash_queue, ...(hash_threads && { threads: hash_threads }) }
  const threads = hash_threads ?? Math.max(1, Math.floor(defaultThreads / workers))
  const chosen = sources.hash_queue !== 'default'
  return { threads, queue: chosen ? hash_queue : Math.min(hash_queue, queuePerThread * threads) }
}

/** `import`: every scheme that is not broken. */
function expand(name: string): readonly string[] {
  return name === 'import' ? defaultSchemes : [name]
}

const settings: Readonly<Record<string, string>> = {
  schemes: 'SALLYPORT_PASSWORD_SCHEMES',
  pepper: 'SALLYPORT_PASSWORD_PEPPER',
}

function inSettings<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof PasswordContextError)) throw error
    const name = settings[error.option] ?? 'SALLYPORT_PASSWORD_COST'
    throw new ConfigurationError([`${name} ${error.problem}`])
  }
}
