import { type Configuration, reviewConfiguration } from '../config/index.ts'
import { describeHashing } from '../hashing.ts'
import type { ServerLog } from './log.ts'
import { startupBlock } from './startup-block.ts'

/** Says once that the server is ready, and what deserves a second look: to whoever looks on, and in the log. */
export function announce(configuration: Configuration, { log }: ServerLog): void {
  const warnings = reviewConfiguration(configuration)
  process.stdout.write(startupBlock(configuration, describeHashing(configuration), warnings))
  for (const warning of warnings) log.warn(warning)
}
