import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { onCleanUp, temporaryFolder } from './clean-up.ts'
import { untilFrozen } from './frozen.ts'
import { freePort } from './ports.ts'
import { findProgram, needed } from './programs.ts'
import { spawnTied } from './tied-process.ts'

interface Program {
  /** Also the name of its Debian package. */
  readonly name: string
  readonly argumentsFor: (port: number, folder: string) => string[]
}

/** A real, throw-away server of one process, on a loopback port of its own. Goes with the test file. */
export class NetworkServer {
  readonly port: number
  readonly folder = temporaryFolder()
  readonly #program: string
  readonly #arguments: string[]
  #process: ChildProcess | undefined

  static async start(program: Program): Promise<NetworkServer> {
    const server = new NetworkServer(await freePort(), program)
    await server.start()
    return server
  }

  private constructor(port: number, { name, argumentsFor }: Program) {
    this.port = port
    this.#program = needed(findProgram(name, `/usr/bin/${name}`), name)
    this.#arguments = argumentsFor(port, this.folder)
    onCleanUp(() => this.#process?.kill('SIGKILL'))
  }

  /** At the same port, also after {@link kill}. */
  async start(): Promise<void> {
    const cwd = this.folder
    this.#process = spawnTied(this.#program, this.#arguments, { cwd, stdio: 'ignore' })
    while (!(await this.#accepts())) {
      if (this.#process.exitCode !== null) throw new Error(`${this.#program} did not start`)
      await delay(10)
    }
  }

  /** Gone at once, as when the power fails. */
  async kill(): Promise<void> {
    if (!this.#process) return
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }

  /** Connections stay open and nothing answers: so a client sees a partition. */
  pause(): void {
    if (!this.#process?.kill('SIGSTOP')) return
    untilFrozen(this.#process.pid as number)
  }

  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  async #accepts(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return true
    } catch {
      return false
    } finally {
      socket.destroy()
    }
  }
}
