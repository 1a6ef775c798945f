/**
 * What does a token cost beside its signature? Signing and verifying JWTs through the library, against
 * the signature alone by node:crypto on the same bytes, and against other libraries.
 */
import { setImmediate } from 'node:timers/promises'
import { type Algorithm, algorithms, generateKey } from '../src/jwt/index.ts'
import type { Comparison, Sample, Variant } from './plan.ts'
import { optionsOf, perCallColumns, report } from './report.ts'
import { type TokenLibrary, tokenLibraries } from './token-libraries.ts'

/** To read the clock costs a part of an HMAC: it is read once for so many. */
const batchSize = 20

/** As in any application, other things happen in between: milliseconds. */
const breath = 5

const verbs = ['sign', 'verify'] as const

/** The least share of the bare signature: an HMAC takes no longer than JSON does. None of RSA: information. */
const goals: Partial<Record<Algorithm, number>> = { EdDSA: 0.9, ES256: 0.9, HS256: 0.6 }

const variants: Variant[] = []
const comparisons: Comparison[] = []

for (const algorithm of algorithms) {
  const libraries = await tokenLibraries(await generateKey(algorithm))
  for (const verb of verbs) {
    const nameOf = ({ name }: Pick<TokenLibrary, 'name'>) => `${algorithm} ${verb}, ${name}`
    const [bare, ours, ...others] = libraries as [TokenLibrary, TokenLibrary, ...TokenLibrary[]]
    variants.push(
      ...libraries.map((one) => ({ name: nameOf(one), run: inBatches(one[verb], verb) })),
    )
    const against = (to: TokenLibrary, goal: number | undefined): Comparison => ({
      of: nameOf(ours),
      to: nameOf(to),
      by: 'rate',
      ...(goal !== undefined && { goal }),
    })
    comparisons.push(against(bare, goals[algorithm]), ...others.map((one) => against(one, 1)))
  }
}

await report(
  {
    title: 'Tokens of 200 bytes of claims, one after the other, in one process',
    variants,
    comparisons,
    columns: perCallColumns,
  },
  optionsOf({ rounds: 9, seconds: 0.5 }),
)

/** Who answers with a promise is waited for; who does not, is not. */
function inBatches(work: (turn: number) => unknown, verb: (typeof verbs)[number]): Variant['run'] {
  const isWrong = (answer: unknown) => (verb === 'verify' ? answer !== true : !answer)
  return async (milliseconds) => {
    const latencies: number[] = []
    const problems: string[] = []
    const isAsync = work(0) instanceof Promise
    let turn = 0
    const begin = performance.now()
    let now = begin
    let heard = begin
    while (now - begin < milliseconds) {
      if (now - heard > breath) {
        await setImmediate()
        heard = now
      }
      const start = performance.now()
      let wrong = 0
      for (let count = 0; count < batchSize; count += 1) {
        turn += 1
        if (isWrong(isAsync ? await work(turn) : work(turn))) wrong += 1
      }
      if (wrong > 0) problems.push(`${wrong} of ${batchSize} were wrong`)
      now = performance.now()
      latencies.push((now - start) / batchSize)
    }
    const count = latencies.length * batchSize
    return { count, seconds: (now - begin) / 1000, latencies, problems } satisfies Sample
  }
}
