import { closeSync, constants, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import type { Session } from '../../core/sessions/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import type { TokenHash } from '../../kernel/token.ts'
import { absent } from './durable.ts'
import { moveOf, type Owner, readRecord } from './session-record.ts'

/** What stands under that name; `undefined` for nothing, and for what is damaged. */
export function readSession(path: string, hash: TokenHash): Session | undefined {
  return opened(path, constants.O_RDONLY, (file) => readRecord(hash, textOf(file))?.session)
}

/**
 * Writes down that a session goes on, if it does. In place and in one go: the file is never made, so a
 * session that was ended meanwhile stays so, and the write goes nowhere. Not forced to the disk: a power
 * failure may take the last moves, and people who were idle since are asked to sign in.
 *
 * (A file's times would be smaller. But `utimes` goes by name, and whoever moved the end earlier than
 * another process just had would not know.)
 */
export function moveEnd(
  path: string,
  hash: TokenHash,
  move: { readonly owner: Owner; readonly expiresAt: Instant; readonly seenAt: Instant },
): void {
  opened(path, constants.O_RDWR, (file) => {
    const stored = readRecord(hash, textOf(file))
    if (!stored || stored.session.expiresAt <= move.seenAt) return
    if (stored.session.expiresAt >= move.expiresAt) return
    const line = moveOf(hash, move)
    const own = stored.moves.filter(({ owner }) => owner === move.owner)
    const [older, ...newer] = own.sort((a, b) => a.expiresAt - b.expiresAt)
    if (older && newer.length > 0) return write(file, line, older.position)
    // To the end at the very moment of writing, wherever other processes have moved it.
    opened(path, constants.O_WRONLY | constants.O_APPEND, (end) => write(end, `\n${line}${line}`))
  })
}

/**
 * Removes what is over or damaged at `now`, between two uses of it by this process. Another one may move
 * the end in that very instant; then the session is over all the same.
 */
export function removeOver(path: string, hash: TokenHash, now: Instant): RemovedFile | undefined {
  const session = readSession(path, hash)
  if (session && session.expiresAt > now) return undefined
  try {
    unlinkSync(path)
    return { session }
  } catch (error) {
    absent(error)
    return undefined
  }
}

interface RemovedFile {
  /** Nothing where the file was damaged. */
  readonly session: Session | undefined
}

function opened<Result>(path: string, flags: number, work: (file: number) => Result) {
  let file: number
  try {
    file = openSync(path, flags)
  } catch (error) {
    absent(error)
    return undefined
  }
  try {
    return work(file)
  } finally {
    closeSync(file)
  }
}

function textOf(file: number): string {
  return readFileSync(file, 'latin1')
}

function write(file: number, text: string, position: number | null = null): void {
  if (writeSync(file, text, position, 'latin1') < text.length) {
    throw new StoreUnavailableError('the disk that keeps sessions is full', { store: 'filesystem' })
  }
}
