import type { Configuration, GivenSettings } from '../config/index.ts'
import { systemClock } from '../kernel/clock.ts'
import { systemRandom } from '../kernel/random.ts'
import { openProcessFigures } from '../metrics/process-figures.ts'
import { sumOf, textOf } from '../metrics/reading.ts'
import { bringUpToDate, openStorage } from '../storage.ts'
import { announce } from './announce.ts'
import { Crew } from './crew.ts'
import { openLog } from './log.ts'
import { listenForOperators } from './management.ts'
import { recordStart } from './record-start.ts'
import { endWhenToldAgain, stopSignal } from './signals.ts'

/**
 * The whole life of a server of several processes, as the primary leads it: to its users and operators
 * it is one, that starts, stops and answers like the one of `serve`.
 *
 * @throws {ConfigurationError} It cannot start like this; each problem in a line.
 */
export async function serveByWorkers(
  configuration: Configuration,
  given: GivenSettings,
): Promise<void> {
  const serverLog = openLog(configuration, null)
  const { log, flush } = serverLog
  await prepareStorage(configuration)
  await using opened = new AsyncDisposableStack()
  const crew = new Crew({ size: configuration.workers, given, log })
  const processFigures = openProcessFigures()

  let taking = false
  opened.use(
    await listenForOperators(configuration, {
      isReady: async () => taking && (await crew.isReady()) && taking,
      metrics: async () => textOf(sumOf([await crew.figures(), await processFigures()])),
    }),
  )
  opened.use(crew)
  await crew.start()
  await recordStart(configuration, log)
  announce(configuration, serverLog)
  taking = true

  const signal = await stopSignal()
  log.info({ signal }, 'stopping')
  taking = false
  endWhenToldAgain(() => crew.kill())
  if (!(await crew.stop(configuration.shutdown_grace))) process.exitCode = 1
  log.info('stopped')
  await flush()
}

/** The folder, the master key and the tables are made once, before anybody else looks for them. */
async function prepareStorage(configuration: Configuration): Promise<void> {
  const { database } = openStorage(configuration, systemRandom)
  await bringUpToDate(database, configuration, systemClock)
  await database.close()
}
