import { crc32 } from 'node:zlib'
import type { Session } from '../../core/sessions/index.ts'
import type { Instant } from '../../kernel/clock.ts'
import type { TokenHash } from '../../kernel/token.ts'

/**
 * A session as lines of ASCII, each behind a checksum. The checksum covers the token's hash too: a line
 * speaks for that session only, whatever file it is found in, and half a line speaks for nobody.
 *
 *     1c291ca3 {"id":"sn_…",…}                            the session as it began
 *     a3b4c5d6 moved 0123456789abcdef 0001893458400000 …  where one process has moved its end
 *
 * A process writes only lines of its own, and the latest end counts. So parallel processes cannot move
 * an end earlier, without any lock. Each has two such lines and overwrites the older: a reader always
 * finds one of them whole.
 */

/** One process that has the store open: 16 hexadecimal digits. */
export type Owner = string

interface Move {
  readonly owner: Owner
  readonly expiresAt: Instant
  readonly seenAt: Instant
  /** Where its line begins, in bytes. */
  readonly position: number
}

export interface StoredSession {
  readonly session: Session
  readonly moves: readonly Move[]
}

const checksumLength = 8

export function recordOf(session: Session): string {
  return line(session.tokenHash, asciiJson(session))
}

/** As long as any other: one may be written over another. */
export function moveOf(
  hash: TokenHash,
  { owner, expiresAt, seenAt }: Omit<Move, 'position'>,
): string {
  return line(hash, `moved ${owner} ${digits(expiresAt)} ${digits(seenAt)}`)
}

/** What a file says of this session; `undefined` when that is nothing, or damaged. */
export function readRecord(hash: TokenHash, text: string): StoredSession | undefined {
  let begun: Session | undefined
  const moves: Move[] = []
  let position = 0
  for (const one of text.split('\n')) {
    const said = meaningOf(hash, one)
    if (said?.startsWith('{')) begun = sessionIn(said)
    else if (said) moves.push(moveIn(said, position))
    position += one.length + 1
  }
  if (begun?.tokenHash !== hash) return undefined
  const last = moves.reduce<Session | Move>(
    (latest, move) => (move.expiresAt > latest.expiresAt ? move : latest),
    begun,
  )
  return { session: { ...begun, expiresAt: last.expiresAt, seenAt: last.seenAt }, moves }
}

function line(hash: TokenHash, said: string): string {
  return `${checksum(hash, said)} ${said}\n`
}

function meaningOf(hash: TokenHash, one: string): string | undefined {
  const said = one.slice(checksumLength + 1)
  return said !== '' && one === `${checksum(hash, said)} ${said}` ? said : undefined
}

function checksum(hash: TokenHash, said: string): string {
  return crc32(said, crc32(hash)).toString(16).padStart(checksumLength, '0')
}

/** A position in the text is then one in the file. */
function asciiJson(session: Session): string {
  return JSON.stringify(session).replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Behind a checksum stands only what {@link recordOf} wrote, so the type is true. */
function sessionIn(said: string): Session {
  // One from before proofs were kept has proved nothing that counts.
  return { proofs: [], ...JSON.parse(said) } as Session
}

function moveIn(said: string, position: number): Move {
  const [, owner = '', expiresAt, seenAt] = said.split(' ')
  return {
    owner,
    expiresAt: Number(expiresAt) as Instant,
    seenAt: Number(seenAt) as Instant,
    position,
  }
}

function digits(instant: Instant): string {
  return String(instant).padStart(16, '0')
}
