import { SallyportError } from '../kernel/errors.ts'

/** Why a key cannot be used. Never the key itself. */
export type KeyRefusal =
  | 'malformed'
  | 'unknown_kind'
  | 'algorithm_needed'
  | 'wrong_algorithm'
  | 'wrong_use'
  | 'inconsistent'
  | 'too_short'
  | 'sample_key'
  | 'not_private'
  | 'duplicate_id'

const texts: Readonly<Record<KeyRefusal, string>> = {
  malformed: 'the key cannot be read',
  unknown_kind: 'the key is of a kind that none of the algorithms uses',
  algorithm_needed: 'say whether the key is for RS256 or PS256: one of RSA could be for either',
  wrong_algorithm: 'the key is not one for this algorithm',
  wrong_use: 'the key says that it is for something else than signatures',
  inconsistent: 'the private part of the key does not belong to its public part',
  too_short: 'the key is too short: HS256 takes 32 random bytes, RS256 and PS256 take 3072 bits',
  sample_key: 'the key is a sample that everybody knows, or not random',
  not_private: 'signing takes a private key, and this one can only verify',
  duplicate_id: 'two keys of one set have the same id',
}

/** A key cannot be used: somebody has configured the wrong one. `reason` says why. */
export class TokenKeyError extends SallyportError {
  readonly code = 'token_key_refused'
  override readonly name = 'TokenKeyError'
  readonly reason: KeyRefusal

  constructor(reason: KeyRefusal) {
    super(texts[reason])
    this.reason = reason
  }
}

/** A token was asked for that must not exist, such as one that never expires. A mistake in the code that asks. */
export class TokenMisuseError extends SallyportError {
  readonly code = 'tokens_misused'
  override readonly name = 'TokenMisuseError'
}
