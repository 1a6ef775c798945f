import { between, type Clock, type Instant, minutes } from '../kernel/clock.ts'

/** Whoever collects comes every few seconds; nobody needs to know more often. */
const fresh = minutes(1)

/** Below the two seconds in which a worker must answer: a store that hangs must not take all figures with it. */
const patienceMs = 1000

/**
 * Asks for a figure that costs its store something, at most once a minute. `undefined` when there was no answer, or
 * none in time: no figure says more than an old one.
 */
export function seldom(
  ask: () => Promise<number>,
  clock: Clock,
): () => Promise<number | undefined> {
  let asked: { readonly at: Instant; readonly answer: Promise<number | undefined> } | undefined
  return () => {
    const now = clock.now()
    const age = asked && between(asked.at, now)
    if (asked === undefined || age === undefined || age < 0 || age >= fresh) {
      asked = { at: now, answer: ask().catch(() => undefined) }
    }
    return Promise.race([asked.answer, noAnswerInTime()])
  }
}

function noAnswerInTime(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), patienceMs).unref()
  })
}
