import { constants } from 'node:fs'
import { mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StoreUnavailableError } from '../../kernel/errors.ts'

/**
 * Files that are on disk when a promise says so. All of this waits in Node's threads, never in the one
 * that answers requests: a disk may take a second for one fsync.
 */

/** Readable by their owner only, whatever the umask. */
const modes = { file: 0o600, folder: 0o700 }

/** The file appears under its name whole and on disk, or not at all. */
export async function createWhole(path: string, text: string): Promise<void> {
  const draft = draftOf(path)
  try {
    await using file = await open(draft, 'wx', modes.file)
    await file.writeFile(text)
    await file.sync()
    await rename(draft, path)
  } catch (error) {
    await removed(draft).catch(() => undefined)
    throw error
  }
  try {
    await settle(dirname(path))
  } catch (error) {
    await removed(path).catch(() => undefined)
    throw error
  }
}

/**
 * The file gets a new name and more text, in one step: until it is renamed, what was added means nothing
 * there. `false` when there is no such file, or not any more, or when it has reached `bound` bytes.
 */
export async function renamedWith(
  from: string,
  to: string,
  text: string,
  bound: number,
): Promise<boolean> {
  try {
    // Without O_CREAT: what was removed meanwhile stays so.
    await using file = await open(from, constants.O_WRONLY | constants.O_APPEND)
    if ((await file.stat()).size >= bound) return false
    await file.writeFile(text)
    await file.sync()
    await rename(from, to)
  } catch (error) {
    return absent(error)
  }
  try {
    await Promise.all([settle(dirname(from)), settle(dirname(to))])
    return true
  } catch (error) {
    await removed(to).catch(() => undefined)
    throw error
  }
}

/** An empty file, in a folder that is made if need be. */
export async function createMarker(folder: string, path: string): Promise<void> {
  for (;;) {
    try {
      await using _ = await open(path, 'a', modes.file)
      break
    } catch (error) {
      absent(error)
      // Made here, or by somebody else this very moment; removed when empty, so perhaps again.
      await mkdir(folder, { mode: modes.folder }).catch(unlessThere)
      await settle(dirname(folder))
    }
  }
  await settle(folder)
}

/** Of any number of callers, in any number of processes, one is told `true`. */
export async function removed(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    return absent(error)
  }
}

/** Names that are new, changed or gone in this folder are so after a power failure too. */
export async function settle(folder: string): Promise<void> {
  // Windows opens no folders, and needs nothing of this kind.
  if (process.platform === 'win32') return
  await using opened = await open(folder, 'r')
  await opened.sync()
}

export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: modes.folder }).catch(unlessThere)
}

export function draftOf(path: string): string {
  return `${path}.draft`
}

/** `false` for what is not there; every other failure is thrown. */
export function absent(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
  throw error
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

/** No room, no permission, a broken disk: nobody is known to be signed in or out. */
export function unavailable(cause: unknown): unknown {
  const { code, syscall } = cause as NodeJS.ErrnoException
  if (syscall === undefined) return cause
  return new StoreUnavailableError(`the folder of sessions cannot be used (${code})`, {
    cause,
    store: 'filesystem',
  })
}
