import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { onCleanUp } from '../support/clean-up.ts'
import { spawnTied } from '../support/tied-process.ts'
import { userEnvironment } from './installed.ts'

export interface RunningServer {
  readonly stdout: string
  /** Tells the exit code. */
  stop(): Promise<number | null>
}

interface ServerCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Record<string, string>
  /** Answers when the server is ready. */
  readonly readyUrl: string
}

const startLimitMs = 20_000

/** Starts a program that serves. Goes with the test file. */
export async function startProgram(command: ServerCommand): Promise<RunningServer> {
  const child = spawnTied(command.program, [...command.args], {
    cwd: command.cwd,
    env: userEnvironment(command.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onCleanUp(() => child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (text: Buffer) => {
    stdout += text
  })
  child.stderr?.on('data', (text: Buffer) => {
    stderr += text
  })
  const deadline = performance.now() + startLimitMs
  while (!(await answers(command.readyUrl))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`Not ready: ${command.program}\n${stdout}${stderr}`)
    }
    await delay(50)
  }
  return {
    get stdout() {
      return stdout
    },
    stop: async () => {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
      return child.exitCode
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
