import { openOperatorAudit } from '../auditing.ts'
import { type Configuration, describeConfiguration } from '../config/index.ts'
import type { Log } from '../http/context.ts'
import { systemRandom } from '../kernel/random.ts'
import { openStorage } from '../storage.ts'
import { version } from './version.ts'

/** Writes down with what the server has started: what is not at its default, and of secrets only that they are given. */
export async function recordStart(configuration: Configuration, log: Log): Promise<void> {
  const { database, keys } = openStorage(configuration, systemRandom)
  await using _ = database
  const chosen = describeConfiguration(configuration).filter(({ source }) => source !== 'default')
  const settings = Object.fromEntries(chosen.map(({ name, value }) => [name, value]))
  const audit = openOperatorAudit(database, keys, (entry) => log.info({ audit: entry }, 'audit'))
  await audit.record('server.started', { actor: 'system' }, { version, settings })
}
