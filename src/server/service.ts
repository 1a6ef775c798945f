import type { Auth } from '../api.ts'
import { composeAuth } from '../auth.ts'
import type { Configuration } from '../config/index.ts'
import type { Log } from '../http/context.ts'
import { systemClock } from '../kernel/clock.ts'
import { systemRandom } from '../kernel/random.ts'
import { Meters } from '../metrics/meters.ts'
import { openProcessFigures } from '../metrics/process-figures.ts'
import type { Reading } from '../metrics/reading.ts'
import { type Listener, listen } from './listener.ts'

/** What every process that answers the public has open. Disposing ends it at once. */
export interface Service extends AsyncDisposable {
  readonly auth: Auth
  readonly listener: Listener
  /** Of the service, and of the process that it is in. */
  readonly figures: () => Promise<Reading>
}

/** @throws {ConfigurationError} It cannot start like this; each problem in a line. */
export async function openService(configuration: Configuration, log: Log): Promise<Service> {
  await using opened = new AsyncDisposableStack()
  const meters = new Meters()
  const ports = { clock: systemClock, random: systemRandom, log, meters }
  const auth = await composeAuth(configuration, ports)
  opened.defer(() => auth.close())
  const { host, port } = configuration
  const listener = opened.use(await listen({ fetch: auth.fetch, host, port, setting: 'PORT' }))
  const processFigures = openProcessFigures()
  const kept = opened.move()
  return {
    auth,
    listener,
    figures: async () => [...(await meters.read()), ...(await processFigures())],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
