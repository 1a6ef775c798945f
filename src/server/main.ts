import { once } from 'node:events'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { composeAuth } from '../auth.ts'
import { type Configuration, reviewConfiguration } from '../config/index.ts'
import { describeHashing } from '../hashing.ts'
import { Answers } from '../http/answers.ts'
import { createManagementApp } from '../http/management.ts'
import { systemClock } from '../kernel/clock.ts'
import { systemRandom } from '../kernel/random.ts'
import { listen } from './listener.ts'
import { startupBlock } from './startup-block.ts'

/**
 * The whole life of a server process: resolves when it has been told to stop and has finished.
 *
 * On SIGTERM or SIGINT readiness goes false, requests in flight finish within the grace period, and
 * the stores are closed. A second signal ends it at once.
 *
 * @throws {ConfigurationError} It cannot start like this; each problem in a line.
 */
export async function serve(configuration: Configuration): Promise<void> {
  const logFile = pino.destination({ dest: 2, sync: false })
  const log = pino({ level: configuration.log_level, base: null }, logFile)
  await using opened = new AsyncDisposableStack()
  const auth = await composeAuth(configuration, { clock: systemClock, random: systemRandom, log })
  opened.defer(() => auth.close())

  let draining = false
  const management = createManagementApp({
    answers: new Answers(false),
    random: systemRandom,
    isReady: async () => !draining && (await auth.ready()),
    metrics: () => auth.metrics(),
  })
  const { host, port, management_host, management_port } = configuration
  const listener = opened.use(await listen({ fetch: auth.fetch, host, port, setting: 'PORT' }))
  opened.use(
    await listen({
      fetch: management,
      host: management_host,
      port: management_port,
      setting: 'MANAGEMENT_PORT',
    }),
  )
  const warnings = reviewConfiguration(configuration)
  process.stdout.write(startupBlock(configuration, describeHashing(configuration), warnings))
  for (const warning of warnings) log.warn(warning)

  const signal = await stopSignal()
  log.info({ signal }, 'stopping')
  draining = true
  process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1))
  await listener.drain(configuration.shutdown_grace)
  log.info('stopped')
  await promisify(logFile.flush.bind(logFile))()
}

function stopSignal(): Promise<NodeJS.Signals> {
  const signals = ['SIGTERM', 'SIGINT'] as const
  return Promise.race(signals.map((signal) => once(process, signal).then(() => signal)))
}
