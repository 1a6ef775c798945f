import type { Instant } from '../../kernel/clock.ts'
import type { Digest } from '../../kernel/digest.ts'
import type { Claim, Taken, TakeOutcome } from './store.ts'
import { type Tally, take } from './tally.ts'

/** What is to be kept under a key from now on. */
export interface Change extends Claim {
  readonly tally: Tally
}

export interface JudgedClaims {
  readonly outcome: TakeOutcome
  readonly changes: readonly Change[]
}

/**
 * Takes one point of every claim, or of none. Of those whose points are spent only the one that is named remembers that
 * somebody was refused: the others have told nobody yet.
 *
 * @param tallyOf - What is kept under a key, as nobody else can change it before the changes are written.
 */
export function takeAll(
  claims: readonly Claim[],
  tallyOf: (key: Digest) => Tally | undefined,
  now: Instant,
): JudgedClaims {
  const taken: Taken[] = []
  const changes: Change[] = []
  for (const claim of claims) {
    const { key, budget } = claim
    const judged = take(tallyOf(key), budget, now)
    const { tally } = judged
    if (judged.kind === 'refused') {
      const { wait, isFirst } = judged
      return {
        outcome: { kind: 'refused', claim, wait, isFirst },
        changes: isFirst ? [{ ...claim, tally }] : [],
      }
    }
    const { at, left, reset } = judged
    taken.push({ key, budget, at, left, reset })
    changes.push({ ...claim, tally })
  }
  return { outcome: { kind: 'taken', taken }, changes }
}
