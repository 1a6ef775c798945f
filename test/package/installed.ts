import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { temporaryFolder } from '../support/clean-up.ts'
import { cleanEnvironment } from '../support/command.ts'

const repository = join(import.meta.dirname, '../..')

export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The package as its users get it. */
export interface Installed {
  /** The users' own folder, with `node_modules` in it. */
  readonly folder: string
  /** The paths in the tarball. */
  readonly files: readonly string[]
}

/** Packs the repository and installs the tarball into an empty folder. */
export async function packAndInstall(): Promise<Installed> {
  const folder = join(temporaryFolder(), 'app')
  mkdirSync(folder)
  const packed = await expectSuccess('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: repository,
  })
  // What the build says comes first.
  const [tarball] = JSON.parse(packed.slice(packed.indexOf('[\n')))
  const files = tarball.files.map(({ path }: { path: string }) => path)
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund']
  await expectSuccess('npm', [...install, `./${tarball.filename}`], { cwd: folder })
  return { folder, files }
}

/** Runs a program to its end, with this Node first on the PATH and nothing of the repository on it. */
export async function run(
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Result> {
  const child = spawn(program, args, {
    env: userEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
  const [stdout, stderr] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'close'),
  ])
  return { code: child.exitCode, stdout, stderr }
}

export function userEnvironment(settings: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(cleanEnvironment(settings)).filter(([name]) => !/^npm_/i.test(name))
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const others = folders.filter((folder) => !folder.includes('node_modules'))
  const path = [dirname(process.execPath), ...others].join(delimiter)
  return { ...Object.fromEntries(own), PATH: path }
}

async function expectSuccess(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options)
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`)
  return stdout
}
