import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { ConfigurationError } from '../kernel/errors.ts'

export interface Output {
  write(text: string): Promise<void>
  /** Nobody reads any more. */
  readonly isClosed: boolean
  finish(): void
  discard(): void
}

/** @param path - Standard output without one. */
export function openOutput(path: string | undefined): Output {
  return path === undefined ? standardOutput() : privateFile(path)
}

function standardOutput(): Output {
  let isClosed = false
  // `| head` reads some lines and goes.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    isClosed = true
  })
  return {
    write: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
    get isClosed() {
      return isClosed
    },
    finish: () => undefined,
    discard: () => undefined,
  }
}

/** Readable by its owner only. Appears under its name when it is complete, or not at all. */
function privateFile(path: string): Output {
  const draft = `${path}.${process.pid}`
  let file: number
  try {
    file = openSync(draft, 'wx', 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigurationError([`${path} cannot be written (${code})`])
  }
  return {
    write: async (text) => writeFileSync(file, text),
    isClosed: false,
    finish() {
      fsyncSync(file)
      closeSync(file)
      renameSync(draft, path)
    },
    discard() {
      closeSync(file)
      rmSync(draft, { force: true })
    },
  }
}
