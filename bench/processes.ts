import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSecondsOf, type Memory, memoryOf } from './usage.ts'

// An interrupted run must not leave its servers behind: they are killed on exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** A server under test, in a process of its own. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number
  /** Processor time of all its threads so far; only Linux tells. */
  readonly cpuSeconds: () => number | undefined
  readonly memory: Memory
}

interface Program {
  readonly file: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly port: number
  /** The cores it may use, as `taskset` lists them. */
  readonly cores: string | undefined
  /** Removed with the process; its log is kept there. */
  readonly folder: string
}

/** The real server with its defaults, on a fresh SQLite database; its log goes to a file. */
export async function startSallyport(
  cores?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const folder = freshFolder()
  const port = await freePort()
  return start({
    file: join(import.meta.dirname, '../src/cli/main.ts'),
    args: ['serve'],
    env: {
      SALLYPORT_PORT: String(port),
      SALLYPORT_MANAGEMENT_PORT: String(await freePort()),
      SALLYPORT_DATA_DIR: join(folder, 'data'),
      ...env,
    },
    port,
    cores,
    folder,
  })
}

/** A server of `servers/`, which listens on `PORT` and answers what `ANSWER` says. */
export async function startBare(
  name: 'hono' | 'node',
  answer: object,
  cores?: string,
): Promise<RunningServer> {
  const port = await freePort()
  const file = join(import.meta.dirname, `servers/${name}.ts`)
  const env = { PORT: String(port), ANSWER: JSON.stringify(answer) }
  return start({ file, env, port, cores, folder: freshFolder() })
}

/** A server of `servers/` that is made with other libraries: those of this folder's own package. */
export async function startRival(
  name: 'better-auth' | 'express' | 'fastify',
  cores?: string,
  given: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  if (!existsSync(join(import.meta.dirname, 'node_modules', name))) {
    throw new Error(`${name} is not installed: run \`npm ci\` in bench/ first`)
  }
  const port = await freePort()
  const folder = freshFolder()
  const file = join(import.meta.dirname, `servers/${name}.js`)
  const secret = randomBytes(32).toString('hex')
  const env = { PORT: String(port), DATA_DIR: folder, SECRET: secret, ...given }
  return start({ file, env, port, cores, folder })
}

async function start(started: Program): Promise<RunningServer> {
  const { file, args = [], env, port, cores, folder } = started
  const log = join(folder, 'log')
  const command = [process.execPath, file, ...args]
  const [program = '', ...rest] =
    cores === undefined ? command : ['taskset', '-c', cores, ...command]
  const child = spawn(program, rest, {
    // Nothing of the caller's environment: a stray setting would change what is measured.
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', openSync(log, 'a')],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  await untilListening(child, port, log)
  return {
    port,
    cpuSeconds: () => cpuSecondsOf(child.pid),
    memory: memoryOf(child.pid),
    [Symbol.asyncDispose]: async () => {
      process.off('exit', kill)
      const exited = once(child, 'exit')
      if (kill()) await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function untilListening(child: ChildProcess, port: number, log: string): Promise<void> {
  while (child.exitCode === null) {
    try {
      await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' })
      return
    } catch {
      await delay(50)
    }
  }
  throw new Error(`the server did not start:\n${readFileSync(log, 'utf8')}`)
}

/** Outside the repository; whoever asks for it removes it. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}
