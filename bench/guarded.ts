import { join } from 'node:path'
import { pino } from 'pino'
import { Audit } from '../src/core/audit/index.ts'
import { type Auth, type AuthOptions, createAuth } from '../src/index.ts'
import { RouteMeter } from '../src/metrics/request-meter.ts'
import type { Backend } from './backends.ts'
import type { Variant } from './plan.ts'
import { unmoved } from './signed-in.ts'
import { createDatabase } from './stocks.ts'
import { type Worked, withBackend } from './usage.ts'

/** The library in one place, with its limits and without. Both write their log to a file, as the server does. */
export interface Guarded {
  readonly name: string
  readonly limited: Auth
  readonly unlimited: Auth
  /** The servers beside it, where there are any. */
  readonly worked: Worked | undefined
}

export interface GuardedPlaces {
  readonly stack: AsyncDisposableStack
  readonly folder: string
  readonly postgres: Backend
  readonly redis: Backend
}

/** Of a thousand wrong passwords in ten minutes nobody would be let in: here there are more. */
const limits = 'password_everybody=100000/10m'

/** So that people can be many: the text alone is judged, and nothing estimated. */
const chosen = { ...unmoved, passwordPolicy: 'composition', limits } as const

/** On SQLite, on PostgreSQL, and on PostgreSQL with sessions and counters in Redis. */
export async function openGuarded(
  places: GuardedPlaces,
  label: string,
  options: AuthOptions = {},
): Promise<Guarded[]> {
  const { postgres, redis } = places
  const opened = async (name: string, worked: Worked | undefined, where: Where) => {
    const id = `${label}_${name.toLowerCase().replaceAll(' ', '_')}`
    const open = async (kind: string, limits: AuthOptions) =>
      openOne(places, `${id}_${kind}`, { ...chosen, ...limits, ...options, ...where })
    const limited = await open('limited', {})
    return { name, worked, limited, unlimited: await open('unlimited', { limits: 'all=off' }) }
  }
  return [
    await opened('SQLite', undefined, {}),
    await opened('PostgreSQL', postgres, { databaseUrl: postgres.url }),
    await opened('PostgreSQL and Redis', withBackend(postgres, redis), {
      databaseUrl: postgres.url,
      redisUrl: redis.url,
    }),
  ]
}

type Where = Pick<AuthOptions, 'databaseUrl' | 'redisUrl'>

async function openOne({ stack, folder }: GuardedPlaces, id: string, options: AuthOptions) {
  const { databaseUrl } = options
  const auth = await createAuth({
    ...options,
    ...(databaseUrl && { databaseUrl: await createDatabase(databaseUrl, id) }),
    dataDir: join(folder, id),
    log: pino(pino.destination({ dest: join(folder, `${id}.log`), sync: false })),
  })
  stack.defer(() => auth.close())
  return auth
}

/** Nothing is written into the audit trail meanwhile. For benches alone: there is no such setting. */
export function withoutAudit(run: Variant['run']): Variant['run'] {
  return muted(Audit.prototype, 'record', run)
}

/** No request is counted for the metrics meanwhile. */
export function withoutTally(run: Variant['run']): Variant['run'] {
  return muted(RouteMeter.prototype, 'note', run)
}

function muted<Method extends string>(
  prototype: { [Name in Method]: (...given: never[]) => unknown },
  method: Method,
  run: Variant['run'],
): Variant['run'] {
  return async (milliseconds) => {
    const loud = prototype[method]
    prototype[method] = () => undefined
    try {
      return await run(milliseconds)
    } finally {
      prototype[method] = loud
    }
  }
}
