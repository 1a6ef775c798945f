import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { onCleanUp, temporaryFolder } from './clean-up.ts'
import { cleanEnvironment, commandLine } from './command.ts'
import { freePort } from './ports.ts'
import { spawnTied } from './tied-process.ts'

interface ServerOptions {
  /** `SALLYPORT_…` settings on top of ports and data folder. */
  env?: Record<string, string>
  /** Several servers may share one; the default is a fresh folder. */
  dataDir?: string
  /** After `serve`. */
  args?: readonly string[]
}

const startLimitMs = 20_000

/** The real server as its users start it, in a process of its own. Goes with the test file. */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const { dataDir = temporaryFolder(), env = {}, args = [] } = options
  const server = new ServerProcess(await freePort(), await freePort(), dataDir, env, args)
  await server.start()
  return server
}

export class ServerProcess {
  readonly url: string
  /** The same under a name: a passkey belongs to one, and there is none for an address of numbers. */
  readonly named: string
  readonly managementUrl: string
  readonly dataDir: string
  /** All that was ever written, over restarts too: for searching in logs. */
  stdout = ''
  stderr = ''
  readonly #env: NodeJS.ProcessEnv
  readonly #args: readonly string[]
  #process: ChildProcess | undefined

  constructor(
    port: number,
    managementPort: number,
    dataDir: string,
    env: Record<string, string>,
    args: readonly string[] = [],
  ) {
    this.#args = args
    this.url = `http://127.0.0.1:${port}`
    this.named = `http://localhost:${port}`
    this.managementUrl = `http://127.0.0.1:${managementPort}`
    this.dataDir = dataDir
    this.#env = cleanEnvironment({
      SALLYPORT_PORT: String(port),
      SALLYPORT_MANAGEMENT_PORT: String(managementPort),
      SALLYPORT_DATA_DIR: dataDir,
      // Tests come from one address; those of limits say so.
      SALLYPORT_LIMITS: 'all=off',
      ...env,
    })
    onCleanUp(() => this.#process?.kill('SIGKILL'))
  }

  async start(): Promise<void> {
    const child = spawnTied(process.execPath, commandLine('serve', ...this.#args), {
      env: this.#env,
      cwd: this.dataDir,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout?.on('data', (text: Buffer) => {
      this.stdout += text
    })
    child.stderr?.on('data', (text: Buffer) => {
      this.stderr += text
    })
    this.#process = child
    await this.#untilReady()
  }

  /** Of the process that was started; it may have started others. */
  get id(): number {
    return this.#process?.pid as number
  }

  /** As an operator stops it. Tells the exit code. */
  async stop(): Promise<number | null> {
    return await this.#end('SIGTERM')
  }

  /** As a crash or the kernel's out-of-memory killer ends it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Comes back at the same address with the same data, also after {@link stop} or {@link kill}. */
  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Lines of its log that are more than news; whatever else is on stderr too. */
  get complaints(): string[] {
    const lines = this.stderr.split('\n').filter((line) => line !== '')
    return lines.filter((line) => !line.startsWith('{') || JSON.parse(line).level > 30)
  }

  get #running(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#process && this.#running) {
      // 'close' comes after 'exit', when the last line of output has been read.
      const closed = once(this.#process, 'close')
      this.#process.kill(signal)
      await closed
    }
    return this.#process?.exitCode ?? null
  }

  async #untilReady(): Promise<void> {
    const deadline = performance.now() + startLimitMs
    while (this.#running && performance.now() < deadline) {
      if (await isReady(this.managementUrl)) return
      await delay(20)
    }
    await this.kill()
    throw new Error(`The server did not become ready:\n${this.stdout}${this.stderr}`)
  }
}

async function isReady(managementUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${managementUrl}/health/ready`)).status === 200
  } catch {
    return false
  }
}
