import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Budget,
  type Claim,
  type LimitStore,
  type Settlement,
  type TakeOutcome,
  type Tally,
  takeAll,
  withoutHit,
} from '../../src/core/limits/index.ts'
import { type Duration, type Instant, minutes } from '../../src/kernel/clock.ts'
import type { Digest } from '../../src/kernel/digest.ts'
import { anInstant } from '../../src/testing/index.ts'
import { aClaim } from '../../src/testing/records.ts'

const start = anInstant('2030-01-01T00:00:00Z')
const second = 1000

/** Exact and sliced, growing and not, of one point and of several. */
const budgets: readonly Budget[] = [
  { points: 2, window: minutes(1), grows: false },
  { points: 1, window: minutes(15), grows: true },
  { points: 3, window: minutes(15), grows: true },
  { points: 61, window: (7001 * 61) as Duration, grows: false },
  { points: 70, window: minutes(10), grows: true },
]

const places = budgets.map((_, place) => place)

/** Something that a caller does, so many milliseconds after the step before. A clock may go back. */
type Step = { readonly pause: number } & (
  | {
      readonly kind: 'take'
      readonly places: readonly number[]
      readonly times: number
      /** With budgets of fewer points, as after a change of the configuration. */
      readonly isSmaller: boolean
    }
  | {
      readonly kind: 'settle'
      /** Which takes are given back, the last first; one may be named again. */
      readonly which: readonly number[]
      readonly claims: number
      readonly forgotten: readonly number[]
    }
)

const pause = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 0, 1, -1, -300, second) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 * 60 * second }) },
  { weight: 2, arbitrary: fc.constantFrom(1, 15, 30, 60, 480, 1440).map(minutes) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 * 60 * 60 * second }) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('take'),
      pause,
      places: fc.shuffledSubarray(places, { minLength: 1 }),
      times: fc.constantFrom(1, 1, 1, 2, 5, 70),
      isSmaller: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('settle'),
      pause,
      which: fc.array(fc.nat({ max: 20 }), { maxLength: 3 }),
      claims: fc.integer({ min: 1, max: 3 }),
      forgotten: fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.subarray(places, { maxLength: 2 }) },
      ),
    }),
  },
) as fc.Arbitrary<Step>

/** The rule itself, on nothing but a map: what every engine must answer. */
class Model implements LimitStore {
  readonly #tallies = new Map<Digest, Tally>()

  async take(claims: readonly Claim[], now: Instant): Promise<TakeOutcome> {
    const { outcome, changes } = takeAll(claims, (key) => this.#tallies.get(key), now)
    for (const { key, tally } of changes) this.#tallies.set(key, tally)
    return outcome
  }

  async settle({ back, forgotten }: Settlement): Promise<void> {
    for (const { key, at } of back) {
      const former = this.#tallies.get(key)
      const tally = former && withoutHit(former, at)
      if (tally) this.#tallies.set(key, tally)
      else this.#tallies.delete(key)
    }
    for (const key of forgotten) this.#tallies.delete(key)
  }

  async sweep(): Promise<number> {
    return 0
  }
}

function smaller({ key, budget }: Claim): Claim {
  return { key, budget: { ...budget, points: Math.ceil(budget.points / 2) } }
}

/** Does all steps one after the other, and tells what each take has answered. */
async function answersOf(
  store: LimitStore,
  claims: readonly Claim[],
  steps: readonly Step[],
): Promise<readonly TakeOutcome[]> {
  const answers: TakeOutcome[] = []
  let now = start
  for (const one of steps) {
    now = (now + one.pause) as Instant
    const at = (place: number) => claims[place] as Claim
    if (one.kind === 'settle') {
      const taken = answers.flatMap((answer) => (answer.kind === 'taken' ? [answer.taken] : []))
      const back = one.which.flatMap((which) => taken.at(-1 - which)?.slice(0, one.claims) ?? [])
      await store.settle({ back, forgotten: one.forgotten.map((place) => at(place).key) })
      continue
    }
    const asked = one.places.map(at).map((claim) => (one.isSmaller ? smaller(claim) : claim))
    for (let time = 0; time < one.times; time++) answers.push(await store.take(asked, now))
  }
  return answers
}

/** Whatever is asked of a store, it answers as the rule does: so Lua and SQL are proven to be its twins. */
export function limitStoreModel(
  name: string,
  open: () => Promise<{ store: LimitStore }>,
  stories: number,
): void {
  describe(`limit store model: ${name}`, () => {
    it('answers as the rule does, whatever is taken, given back and forgotten, and when', async () => {
      const { store } = await open()
      const run = async (steps: readonly Step[]) => {
        const claims = budgets.map(aClaim)
        const [expected, given] = [
          await answersOf(new Model(), claims, steps),
          await answersOf(store, claims, steps),
        ]
        expect(given).toEqual(expected)
        await store.settle({ back: [], forgotten: claims.map(({ key }) => key) })
      }
      const story = fc.array(step, { minLength: 1, maxLength: 25 })
      await fc.assert(fc.asyncProperty(story, run), { numRuns: stories })
    })
  })
}
