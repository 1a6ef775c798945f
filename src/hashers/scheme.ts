import { SallyportError } from '../kernel/errors.ts'

/** Text, or the exact bytes where an import knows only those. */
export type Password = string | Uint8Array

/** Named cost parameters, for reports and for `isWeaker`: `{ rounds }`, `{ memory, passes, lanes }` … */
export type Cost = Readonly<Record<string, number>>

/** What a few schemes hash beside the password; a hash that lacks it cannot be read. */
export interface HashContext {
  /** The name that the hash was made for (`postgres_md5`). */
  readonly user?: string | undefined
  /** A bcrypt cost that is accepted although it is beyond the bound: the reader's own. */
  readonly mostBcrypt?: number | undefined
}

/** A hash string that was understood, is within the bounds and may be worked on. */
export interface StoredHash {
  readonly scheme: string
  readonly cost: Cost
  /** Right, but in a form that is no longer made (argon2 version 16, `$2x$`, the first bcrypt-sha256). */
  readonly outdated: boolean
  /** Blocks the calling thread for as long as the cost says. Never throws: what cannot match is `false`. */
  matches(password: Password): boolean
}

/**
 * How far a scheme may go: `core` makes hashes, `import` verifies what other systems made until the
 * next sign-in, `legacy` is broken by today's means and read only where it is named explicitly.
 */
export type SchemeTier = 'core' | 'import' | 'legacy'

export interface Scheme {
  readonly name: string
  readonly tier: SchemeTier
  /** `undefined` for anything that is not exactly this scheme's form, or is beyond the bounds. Cheap. */
  read(text: string, context?: HashContext): StoredHash | undefined
}

/** Why a hash cannot be made. Names the rule, never the password. */
export type HashRefusal =
  | 'cost_out_of_bounds'
  | 'salt_size'
  | 'password_not_unicode'
  | 'password_too_long'
  | 'password_with_nul'

export interface MakingScheme<C extends Cost = Cost> extends Scheme {
  readonly tier: 'core'
  readonly saltBytes: number
  readonly digestBytes: number
  readonly defaultCost: C
  /** The rule that stands against a hash of this password at this cost. Cheap: ask before queueing. */
  refusal(password: Password, cost: C): HashRefusal | undefined
  /**
   * Blocks the calling thread for as long as the cost says.
   * @throws {HashRefusedError} The rule that `refusal` names, or a salt of the wrong size.
   */
  make(password: Password, salt: Uint8Array, cost: C): string
  /** The string around a salt and a digest: with random ones it is a decoy that cost nothing to make. */
  format(salt: Uint8Array, digest: Uint8Array, cost: C): string
  /** Memory that one hash needs while it is made, in bytes. */
  memoryOf(cost: C): number
  /** Is a stored cost weaker than the wanted one, in any parameter that costs an attacker work? */
  isWeaker(stored: Cost, wanted: C): boolean
}

/** A hash was asked for that must not be made. */
export class HashRefusedError extends SallyportError {
  readonly code = 'hash_refused'
  override readonly name = 'HashRefusedError'
  readonly reason: HashRefusal

  constructor(reason: HashRefusal) {
    super(`a hash cannot be made: ${reason}`)
    this.reason = reason
  }
}
