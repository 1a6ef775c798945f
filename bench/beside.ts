import { setTimeout as delay } from 'node:timers/promises'
import type { Contender } from './contenders.ts'
import { loadFor } from './load.ts'
import { canPin } from './machine.ts'
import type { Comparison, Sample, Variant } from './plan.ts'
import { askSteadily } from './steady.ts'

/** People who each ask once a second. */
export const people = 100
export const signingIn = 32
/** All of them arrive at once, which happens to nobody: checks begin when they have spread out. */
const lead = 500

/** Session checks alone, and the same beside sign-ins that are always in flight. */
export function aloneAndBeside(contender: Contender): Variant[] {
  return [alone(contender), beside(contender)]
}

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
  return askSteadily({ server, people, restless: canPin(), ...sessionCheck }, milliseconds)
}

/** @param goal - How much longer a check may take at p99 beside the sign-ins than alone. */
export function comparisonsOf(contender: Contender, goal?: number): Comparison[] {
  const pair = { of: busy(contender), to: idle(contender) }
  return [
    { ...pair, by: 'p50' },
    { ...pair, by: 'p99', ...(goal !== undefined && { goal }) },
  ]
}

function idle({ name }: Contender): string {
  return `${name}, idle`
}

function busy({ name }: Contender): string {
  return `${name}, busy`
}
