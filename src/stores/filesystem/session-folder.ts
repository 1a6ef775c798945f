import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AccountId } from '../../core/accounts/index.ts'
import { sha256 } from '../../kernel/digest.ts'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import type { TokenHash } from '../../kernel/token.ts'
import { makeFolder, settle } from './durable.ts'
import { openFolder } from './folder.ts'

/** The first byte of a hash: what a folder of its own is made for. */
export const shards: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

const name = /^[0-9a-f]{64}$/
const draft = /^[0-9a-f]{64}\.draft$/

/**
 * Where what is kept:
 *
 *     sessions/3f/3f9a…            a session, by the hash of its token
 *     sessions/accounts/b1/b10c…/3f9a…    empty: this account has that session
 *
 * Hexadecimal, because many file systems do not tell `a` from `A`. Sixteen thousand files in a folder
 * are four million sessions. Names of any other shape are somebody else's, and left alone.
 */
export class SessionFolder {
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  /** Makes the folders at first use. */
  static async open(path: string): Promise<SessionFolder> {
    const root = openFolder(path)
    const accounts = join(root, 'accounts')
    if (!existsSync(join(accounts, 'ff'))) {
      await makeFolder(accounts)
      for (const shard of shards) await makeFolder(join(root, shard))
      for (const shard of shards) await makeFolder(join(accounts, shard))
      for (const folder of [accounts, root, join(root, '..')]) await settle(folder)
    }
    return new SessionFolder(root)
  }

  fileOf(hash: TokenHash): string {
    const hex = inHex(hash)
    return join(this.#root, hex.slice(0, 2), hex)
  }

  /** Where the account's sessions are marked. */
  folderOf(owner: AccountId): string {
    const hex = inHex(sha256(owner))
    return join(this.#root, 'accounts', hex.slice(0, 2), hex)
  }

  markerOf(owner: AccountId, hash: TokenHash): string {
    return join(this.folderOf(owner), inHex(hash))
  }

  /** The sessions that are marked in such a folder; empty where there is none. */
  markedIn(folder: string): TokenHash[] {
    return namesIn(folder, name).map(fromHex)
  }

  /** In a folder that has gone, such as a disk that is not mounted, a missing file says nothing. */
  mustBeThere(): void {
    if (existsSync(join(this.#root, 'accounts'))) return
    throw new StoreUnavailableError('the folder of sessions is not there', { store: 'filesystem' })
  }

  sessionsIn(shard: string): TokenHash[] {
    return namesIn(join(this.#root, shard), name).map(fromHex)
  }

  draftsIn(shard: string): string[] {
    const folder = join(this.#root, shard)
    return namesIn(folder, draft).map((one) => join(folder, one))
  }

  accountFoldersIn(shard: string): string[] {
    const folder = join(this.#root, 'accounts', shard)
    return namesIn(folder, name).map((one) => join(folder, one))
  }
}

function namesIn(folder: string, shape: RegExp): string[] {
  try {
    return readdirSync(folder).filter((one) => shape.test(one))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function inHex(hash: string): string {
  return Buffer.from(hash, 'base64url').toString('hex')
}

function fromHex(text: string): TokenHash {
  return Buffer.from(text, 'hex').toString('base64url') as TokenHash
}
