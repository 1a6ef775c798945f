import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ConfigurationError } from '../../kernel/errors.ts'

/** Makes the folder if need be, for its owner only, and gives its absolute path. */
export function openFolder(path: string): string {
  const folder = resolve(path)
  try {
    make(folder)
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return folder
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    throw new ConfigurationError([`the data folder ${folder} cannot be used (${reason})`])
  }
}

/** Not by `recursive`, which never returns where the system refuses with ENOENT (such as in /proc). */
function make(folder: string): void {
  if (existsSync(folder)) return
  make(dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}
