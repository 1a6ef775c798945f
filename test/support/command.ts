import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { temporaryFolder } from './clean-up.ts'

interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `sallyport <args>` to its end, in an empty folder, as a person at a terminal would. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, commandLine(...args), {
    env: cleanEnvironment(env),
    cwd: temporaryFolder(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code: child.exitCode, stdout, stderr }
}

/** What Node is given to run the command line from its source. */
export function commandLine(...args: string[]): string[] {
  return [join(import.meta.dirname, '../../src/cli/main.ts'), ...args]
}

/** This process's environment without settings of the developer's own server or of the test runner. */
export function cleanEnvironment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(SALLYPORT_|VITEST|NODE_ENV$|NODE_OPTIONS$|TEST$)/.test(name),
  )
  return { ...Object.fromEntries(inherited), ...settings }
}
