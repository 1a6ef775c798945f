/**
 * Makes sure that what the tests run is there: `node scripts/debian-packages.ts postgresql chromium`.
 * A program that was installed in another way, or on another system, is as good as Debian's.
 */
import { spawnSync } from 'node:child_process'
import { postgresFolder } from '../test/support/postgres-programs.ts'
import { chromiumPath, findProgram } from '../test/support/programs.ts'

/** Packages whose program the tests look for in their own way; any other is named as its program. */
const lookups: Record<string, () => string | undefined> = {
  postgresql: postgresFolder,
  chromium: chromiumPath,
}

const missing = process.argv.slice(2).filter((name) => !(lookups[name] ?? findProgram)(name))
if (missing.length > 0) install(missing)

function install(names: string[]): void {
  const byHand = `apt-get update && apt-get install --no-install-recommends ${names.join(' ')}`
  const root = rootPrefix()
  if (!root || !findProgram('apt-get')) {
    fail(`The tests need ${names.join(', ')}. On Debian, as root:\n  ${byHand}`)
  }
  console.log(`Installing ${names.join(', ')}`)
  const aptGet = (...args: string[]) =>
    run([...root, 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=120', ...args])
  // A mirror that is just being renewed answers well a moment later.
  const updated = aptGet('update') || aptGet('update')
  if (!updated || !aptGet('install', '-y', '--no-install-recommends', ...names)) {
    fail(`apt-get could not install ${names.join(', ')}. By hand, as root:\n  ${byHand}`)
  }
}

/** What makes a command run as root without asking anything, when that is possible. */
function rootPrefix(): string[] | undefined {
  const quiet = ['env', 'DEBIAN_FRONTEND=noninteractive']
  if (process.getuid?.() === 0) return quiet
  return run(['sudo', '-n', 'true']) ? ['sudo', '-n', ...quiet] : undefined
}

function run([program = '', ...args]: string[]): boolean {
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
