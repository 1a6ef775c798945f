import type { GivenSettings } from '../config/index.ts'
import type { Reading } from '../metrics/reading.ts'

/** What the primary asks a worker, and what the answer is made of. */
export interface Answers {
  /** May requests be sent to it? */
  readonly ready: boolean
  readonly figures: Reading
}

export type Question = keyof Answers

export type ToWorker =
  /** The first one. Settings as texts: what they mean does not survive the way. */
  | { readonly kind: 'start'; readonly number: number; readonly given: GivenSettings }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  | { readonly kind: 'stop' }

export type ToPrimary =
  | { readonly kind: 'listening' }
  /** The last one of a worker that cannot start: why, a line for each reason. */
  | { readonly kind: 'failed'; readonly lines: readonly string[] }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answers[Question] }
