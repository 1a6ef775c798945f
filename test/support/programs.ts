import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first of these programs that is there: a bare name is looked up on the PATH. */
export function findProgram(...candidates: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return candidates
    .flatMap((candidate) =>
      candidate.includes('/') ? [candidate] : folders.map((folder) => join(folder, candidate)),
    )
    .find(isExecutable)
}

export function chromiumPath(): string | undefined {
  return findProgram('chromium', 'chromium-browser', 'google-chrome')
}

/** For a path that a test cannot do without. */
export function needed(path: string | undefined, debianPackage: string): string {
  if (path) return path
  throw new Error(
    `These tests need ${debianPackage}. On Debian: node scripts/debian-packages.ts ${debianPackage}`,
  )
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
