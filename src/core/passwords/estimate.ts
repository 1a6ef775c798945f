import type { Plaintext } from './plaintext.ts'

/** From 0, guessed at once, to 4, out of reach; each step is about a hundred times the guesses of the last. */
export type GuessScore = 0 | 1 | 2 | 3 | 4

/** What makes a password easy to guess most; its public text is chosen at the edge. */
export type GuessAdvice =
  | 'date'
  | 'keyboard'
  | 'known'
  | 'more'
  | 'name'
  | 'personal'
  | 'repeat'
  | 'sequence'
  | 'word'

export interface Estimate {
  readonly score: GuessScore
  /** Is it among the passwords that are tried first? */
  readonly common: boolean
  readonly advice: GuessAdvice
}

/** Port to an estimate of the guesses that a password takes. Its lists are large, so it works off the main thread. */
export interface GuessEstimator {
  /**
   * @param words - What a stranger knows of the person and the service, folded; worth nothing in a password.
   * @throws {OverloadedError} Too many are waiting, or it took too long; nothing is known of the password.
   */
  estimate(password: Plaintext, words: readonly string[]): Promise<Estimate>
}
