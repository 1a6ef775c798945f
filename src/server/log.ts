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
  const lines = { write: (line: string) => void file.write(harmless(line)) }
  return { log: pino({ level, base: fields }, lines), flush: promisify(file.flush.bind(file)) }
}

/** JSON leaves these as they are, and terminals obey them: more controls, ends of lines, text turned around (CWE-150). */
const obeyed = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

function harmless(line: string): string {
  return line.replace(obeyed, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
