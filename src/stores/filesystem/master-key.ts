import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError } from '../../kernel/errors.ts'
import { type Random, urlSafe } from '../../kernel/random.ts'
import { Secret } from '../../kernel/secret.ts'

const fileName = 'master.key'
const keyBytes = 32

export interface MasterKeyOptions {
  readonly folder: string
  readonly random: Random
  /** Whether there may be anything yet that was made with a key: then a new key would be the wrong one. */
  readonly fresh: boolean
}

/** Reads the master key of this folder; at first start, makes it. */
export function openMasterKey({ folder, random, fresh }: MasterKeyOptions): Secret {
  const path = join(folder, fileName)
  const existing = read(path)
  if (existing) return existing
  if (!fresh) {
    throw new ConfigurationError([
      `${path} is missing although there is a database: restore it from a backup, or give the key as SALLYPORT_SECRET`,
    ])
  }
  try {
    create(path, urlSafe(random, keyBytes))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigurationError([`${path} cannot be written (${code})`])
  }
  // Read back, not taken from memory: another process may have been faster.
  return read(path) as Secret
}

function read(path: string): Secret | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new ConfigurationError([`${path} cannot be read (${code})`])
  }
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) throw new ConfigurationError([`${path} is damaged`])
  return new Secret(text)
}

/** Appears under its name whole and on disk, or not at all; an existing file is never replaced. */
function create(path: string, key: string): void {
  const draft = `${path}.${process.pid}`
  const file = openSync(draft, 'w', 0o600)
  writeSync(file, `${key}\n`)
  fsyncSync(file)
  closeSync(file)
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
}
