import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { postgresFolder, unprivilegedOwner } from '../test/support/postgres-programs.ts'
import { findProgram, needed } from '../test/support/programs.ts'
import { spawnTied } from '../test/support/tied-process.ts'
import { freePort, freshFolder } from './processes.ts'
import { cpuSecondsOf, type Worked } from './usage.ts'

/** A server of another maker that sessions are kept in, from its Debian package; empty, and gone after the run. */
export interface Backend extends Worked, AsyncDisposable {
  readonly url: string
}

/** Keeps nothing on disk: as a cache is run, and as it is fastest. */
export async function startRedis(cores?: string): Promise<Backend> {
  const port = await freePort()
  const program = needed(findProgram('redis-server'), 'redis-server')
  const args = ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--appendonly', 'no']
  return start({ program, args, cores, port, folder: freshFolder() }, `redis://127.0.0.1:${port}`)
}

/** With room for all that a bench puts there. */
export async function startMemcached(cores?: string): Promise<Backend> {
  const port = await freePort()
  const program = needed(findProgram('memcached'), 'memcached')
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const args = ['-l', '127.0.0.1', '-p', `${port}`, '-U', '0', '-m', '512', ...user]
  return start(
    { program, args, cores, port, folder: freshFolder() },
    `memcached://127.0.0.1:${port}`,
  )
}

/** With the settings that it comes with: each commit is on disk before it is answered. */
export async function startPostgres(cores?: string): Promise<Backend> {
  const port = await freePort()
  const folder = freshFolder()
  const programs = needed(postgresFolder(), 'postgresql')
  const owner = unprivilegedOwner()
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const cluster = join(folder, 'cluster')
  // Nobody else reaches it: it listens on loopback, for the length of a run.
  const initial = ['--username=postgres', '--auth=trust', '--locale=C', '--encoding=UTF8']
  const asOwner = { ...owner, cwd: folder }
  execFileSync(join(programs, 'initdb'), [...initial, '-D', cluster], {
    ...asOwner,
    stdio: 'ignore',
  })
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    fsync: 'on',
    synchronous_commit: 'on',
  }
  const args = ['-D', cluster, ...Object.entries(settings).flatMap((one) => ['-c', one.join('=')])]
  const program = join(programs, 'postgres')
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const backend = await start({ program, args, cores, port, folder, owner, stop: 'SIGINT' }, url)
  while (!(await answers(url))) await delay(20)
  return backend
}

/** It accepts connections before it can answer any. */
async function answers(url: string): Promise<boolean> {
  try {
    const client = new pg.Client(url)
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

interface Program {
  readonly program: string
  readonly args: readonly string[]
  readonly cores: string | undefined
  readonly port: number
  /** Removed with the process. */
  readonly folder: string
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
  /** PostgreSQL takes its own processes along when it is asked; the others have none. */
  readonly stop?: NodeJS.Signals
}

async function start(
  { program, args, cores, port, folder, owner, stop = 'SIGKILL' }: Program,
  url: string,
): Promise<Backend> {
  const command = [...(cores === undefined ? [] : ['taskset', '-c', cores]), program, ...args]
  const [first = '', ...rest] = command
  const child = spawnTied(first, rest, { ...owner, cwd: folder, stdio: 'ignore' })
  const kill = () => child.kill(stop)
  process.once('exit', kill)
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${program} did not start`)
    await delay(20)
  }
  return {
    url,
    cpuSeconds: () => cpuSecondsOf(child.pid),
    [Symbol.asyncDispose]: async () => {
      process.off('exit', kill)
      const exited = once(child, 'exit')
      if (kill()) await exited
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
