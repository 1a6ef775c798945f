/**
 * Who waits while others sign in? Session checks at a modest, steady rate, alone and beside 32 sign-ins
 * that are always in flight; of Sallyport, better-auth, and Express with express-session and bcrypt.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Contender, startContenders } from './contenders.ts'
import { loadFor } from './load.ts'
import { canPin, coresBesideMine, pinMyself } from './machine.ts'
import type { Comparison, Sample, Variant } from './plan.ts'
import { latencyColumns, optionsOf, report } from './report.ts'
import { askSteadily } from './steady.ts'

const people = 100
const signingIn = 32
/** All of them arrive at once, which happens to nobody: checks begin when they have spread out. */
const lead = 500
const pinned = canPin()
// The load generator has the last core, the servers take turns on all others.
const { mine, others } = coresBesideMine()
if (pinned) pinMyself(mine)

await using stack = new AsyncDisposableStack()
const contenders = await startContenders(stack, pinned ? others : undefined)
const [sallyport] = contenders

await report(
  {
    title: `Session checks, ${people} a second, alone and beside ${signingIn} sign-ins in flight, ${pinned ? `server on core ${others}, load on core ${mine}` : 'nothing pinned'}`,
    variants: contenders.flatMap((contender) => [alone(contender), beside(contender)]),
    comparisons: contenders.flatMap(comparisonsOf),
    columns: latencyColumns('sign-ins/s'),
  },
  optionsOf({ rounds: 7, seconds: 10 }),
)

function alone(contender: Contender): Variant {
  return { name: idle(contender), run: (milliseconds) => checks(contender, milliseconds) }
}

function beside(contender: Contender): Variant {
  return {
    name: busy(contender),
    run: async (milliseconds) => {
      const { server, signIn } = contender
      const [checked, signedIn] = await Promise.all([
        delay(lead).then(() => checks(contender, milliseconds)),
        loadFor({ server, connections: signingIn, ...signIn }, lead + milliseconds),
      ])
      return {
        ...checked,
        beside: signedIn.count / signedIn.seconds,
        problems: [...checked.problems, ...signedIn.problems],
        cpuSeconds: signedIn.cpuSeconds,
      }
    },
  }
}

function checks({ server, sessionCheck }: Contender, milliseconds: number): Promise<Sample> {
  return askSteadily({ server, people, restless: pinned, ...sessionCheck }, milliseconds)
}

function comparisonsOf(contender: Contender): Comparison[] {
  const pair = { of: busy(contender), to: idle(contender) }
  return [
    { ...pair, by: 'p50' },
    { ...pair, by: 'p99', ...(contender === sallyport && { goal: 1.5 }) },
  ]
}

function idle({ name }: Contender): string {
  return `${name}, idle`
}

function busy({ name }: Contender): string {
  return `${name}, busy`
}
