import { type ChildProcess, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { onCleanUp, temporaryFolder } from './clean-up.ts'
import { untilFrozen } from './frozen.ts'
import { freePort } from './ports.ts'
import { createDatabase, execute } from './postgres-client.ts'
import { postgresFolder, unprivilegedOwner } from './postgres-programs.ts'
import { needed } from './programs.ts'
import { spawnTied } from './tied-process.ts'

interface PostgresOptions {
  /** Commits survive a power cut, as in production. Slower, so off unless the test is about that. */
  durable?: boolean
}

/** A real, throw-away PostgreSQL on a loopback port of its own. Goes with the test file. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const server = new PostgresServer(await freePort(), options.durable ?? false)
  await server.start()
  return server
}

export class PostgresServer {
  /** The superuser's way to the database `postgres`. */
  readonly url: string
  readonly #programs = needed(postgresFolder(), 'postgresql')
  readonly #owner = unprivilegedOwner()
  readonly #folder = temporaryFolder()
  readonly #settings: Record<string, string | number>
  #process: ChildProcess | undefined
  #log = ''

  constructor(port: number, durable: boolean) {
    const password = randomBytes(16).toString('hex')
    this.url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
    this.#settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: this.#folder,
      max_connections: 200,
      ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    }
    this.#initialise(password)
    onCleanUp(() => this.#signalAll('SIGKILL'))
  }

  async start(): Promise<void> {
    const settings = Object.entries(this.#settings).flatMap(([key, value]) => [
      '-c',
      `${key}=${value}`,
    ])
    this.#process = spawnTied(join(this.#programs, 'postgres'), ['-D', this.#data, ...settings], {
      ...this.#owner,
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process.stderr?.on('data', (text: Buffer) => {
      this.#log += text
    })
    await this.#untilItAnswers()
  }

  /** Makes an empty database and tells its URL. */
  createDatabase(name?: string): Promise<string> {
    return createDatabase(this.url, name)
  }

  /** In good order: open transactions are rolled back, connections are closed. */
  async stop(): Promise<void> {
    await this.#end(() => this.#process?.kill('SIGINT'))
  }

  /** With SIGKILL, the whole server is gone at once, as when the power fails. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#end(() => this.#signalAll(signal))
  }

  /** Comes back at the same URL with the same content, also after {@link stop} or {@link kill}. */
  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Connections stay open and nothing answers: so a client sees a partition or a stalled disk. */
  pause(): void {
    for (const pid of this.#signalAll('SIGSTOP')) untilFrozen(pid)
  }

  resume(): void {
    this.#signalAll('SIGCONT')
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }

  get #running(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null
  }

  #initialise(password: string): void {
    const passwordFile = join(this.#folder, 'password')
    writeFileSync(passwordFile, password)
    if (this.#owner) {
      for (const path of [this.#folder, passwordFile]) {
        chownSync(path, this.#owner.uid, this.#owner.gid)
      }
    }
    const login = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
    const cluster = ['--locale=C', '--encoding=UTF8', '--no-sync', '-D', this.#data]
    execFileSync(join(this.#programs, 'initdb'), [...login, ...cluster], {
      ...this.#owner,
      cwd: this.#folder,
      stdio: 'pipe',
    })
  }

  async #end(signal: () => void): Promise<void> {
    if (!this.#process || !this.#running) return
    const gone = once(this.#process, 'exit')
    const backends = this.#backends()
    signal()
    await gone
    // A new server refuses the data folder while an old backend is still attached to its memory.
    while (backends.some(isAlive)) await delay(5)
  }

  /** The parent first, so that it replaces nothing meanwhile. Backends lead process groups of their own. */
  #signalAll(signal: NodeJS.Signals): number[] {
    if (!this.#process || !this.#running) return []
    const all = this.#backends()
    this.#process.kill(signal)
    const backends = all.filter(isAlive)
    for (const backend of backends) killIfAlive(backend, signal)
    return [this.#process.pid as number, ...backends]
  }

  #backends(): number[] {
    const pid = this.#process?.pid
    return (
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g)?.map(Number) ?? []
    )
  }

  async #untilItAnswers(): Promise<void> {
    while (this.#running) {
      if (await answers(this.url)) return
      await delay(20)
    }
    throw new Error(`PostgreSQL did not start:\n${this.#log}`)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await execute(url, 'select 1')
    return true
  } catch {
    return false
  }
}

/** A zombie counts as dead: it holds nothing any more, and nobody may ever reap it in a container. */
function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z')
  } catch {
    return false
  }
}

/** One that has lost its parent may end at any time. */
function killIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
