import { CommanderError } from 'commander'
import { SallyportError } from '../kernel/errors.ts'
import { createProgram } from './program.ts'

try {
  await createProgram().parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

/** What an operator can mend is said in a line each; anything else is our bug, and its trace is wanted. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof SallyportError)) throw error
  for (const line of error.message.split('\n')) console.error(`sallyport: ${line}${causeOf(error)}`)
  return 1
}

function causeOf({ cause }: SallyportError): string {
  if (!(cause instanceof Error)) return ''
  return ` (${cause.message || (cause as NodeJS.ErrnoException).code})`
}
