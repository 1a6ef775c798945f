import { CommanderError } from 'commander'
import { linesOf, SallyportError } from '../kernel/errors.ts'
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
  for (const line of linesOf(error)) console.error(`sallyport: ${line}`)
  return 1
}
