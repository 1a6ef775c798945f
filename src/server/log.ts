import { promisify } from 'node:util'
import { type Logger, pino } from 'pino'
import type { Configuration } from '../config/index.ts'

export interface ServerLog {
  readonly log: Logger
  /** Everything that was logged has been written. */
  flush(): Promise<void>
}

/** JSON lines on standard error; `fields` stand in every line. */
export function openLog({ log_level: level }: Configuration, fields: object | null): ServerLog {
  const file = pino.destination({ dest: 2, sync: false })
  return { log: pino({ level, base: fields }, file), flush: promisify(file.flush.bind(file)) }
}
