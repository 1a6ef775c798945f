import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { findProgram } from './programs.ts'

const oldestSupported = 15
const debianFolder = '/usr/lib/postgresql'

/** The folder of `initdb` and `postgres`: the newest of Debian's, else what is on the PATH. */
export function postgresFolder(): string | undefined {
  const debian = debianVersions().map((version) => `${debianFolder}/${version}/bin/initdb`)
  const initdb = findProgram(...debian, 'initdb')
  return initdb && dirname(initdb)
}

function debianVersions(): number[] {
  try {
    return readdirSync(debianFolder)
      .map(Number)
      .filter((version) => version >= oldestSupported)
      .sort((a, b) => b - a)
  } catch {
    return []
  }
}

/** PostgreSQL refuses to run as root: then it runs as Debian's `postgres`, or as `nobody`. */
export function unprivilegedOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  return ownerNamed('postgres') ?? ownerNamed('nobody')
}

function ownerNamed(user: string): { uid: number; gid: number } | undefined {
  const id = (what: '-u' | '-g') => Number(execFileSync('id', [what, user], { stdio: 'pipe' }))
  try {
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}
