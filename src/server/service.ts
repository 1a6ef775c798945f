import type { Auth } from '../api.ts'
import { composeAuth } from '../auth.ts'
import type { Configuration } from '../config/index.ts'
import type { Log } from '../http/context.ts'
import { systemClock } from '../kernel/clock.ts'
import { systemRandom } from '../kernel/random.ts'
import { type Listener, listen } from './listener.ts'

/** What every process that answers the public has open. Disposing ends it at once. */
export interface Service extends AsyncDisposable {
  readonly auth: Auth
  readonly listener: Listener
}

/** @throws {ConfigurationError} It cannot start like this; each problem in a line. */
export async function openService(configuration: Configuration, log: Log): Promise<Service> {
  await using opened = new AsyncDisposableStack()
  const auth = await composeAuth(configuration, { clock: systemClock, random: systemRandom, log })
  opened.defer(() => auth.close())
  const { host, port } = configuration
  const listener = opened.use(await listen({ fetch: auth.fetch, host, port, setting: 'PORT' }))
  const kept = opened.move()
  return { auth, listener, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
