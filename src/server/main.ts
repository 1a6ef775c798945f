import type { Configuration } from '../config/index.ts'
import { textOf } from '../metrics/reading.ts'
import { announce } from './announce.ts'
import { openLog } from './log.ts'
import { listenForOperators } from './management.ts'
import { recordStart } from './record-start.ts'
import { openService } from './service.ts'
import { endWhenToldAgain, stopSignal } from './signals.ts'

/**
 * The whole life of a server process: resolves when it has been told to stop and has finished.
 *
 * On SIGTERM or SIGINT readiness goes false, requests in flight finish within the grace period, and
 * the stores are closed. A second signal ends it at once.
 *
 * @throws {ConfigurationError} It cannot start like this; each problem in a line.
 */
export async function serve(configuration: Configuration): Promise<void> {
  const serverLog = openLog(configuration, null)
  const { log, flush } = serverLog
  await using opened = new AsyncDisposableStack()
  const { auth, listener, figures } = opened.use(await openService(configuration, log))

  let taking = false
  opened.use(
    await listenForOperators(configuration, {
      isReady: async () => taking && (await auth.ready()),
      metrics: async () => textOf(await figures()),
    }),
  )
  await recordStart(configuration, log)
  announce(configuration, serverLog)
  taking = true

  const signal = await stopSignal()
  log.info({ signal }, 'stopping')
  taking = false
  endWhenToldAgain()
  await listener.drain(configuration.shutdown_grace)
  log.info('stopped')
  await flush()
}
