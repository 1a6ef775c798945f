import type { Cost, MakingScheme } from './scheme.ts'

/** What the machine has for hashing. */
export interface Means {
  readonly threads: number
  /** Bytes for all threads together. */
  readonly memory: number
}

/** How long one cost takes, in milliseconds. */
export interface Measurement {
  readonly cost: Cost
  /** While nothing else is hashed. */
  readonly alone: number
  /** While every thread hashes: they share caches and memory, so it takes longer. */
  readonly busy: number
}

export interface Recommendation {
  readonly measurement: Measurement
  /** `false`: even the default takes longer than wanted, and less than that is not secure. */
  readonly onTarget: boolean
  readonly perSecond: number
  /** Bytes that all threads need together. */
  readonly memory: number
}

/**
 * Costs worth measuring, the cheapest first, which is the default: never below it. Memory grows before
 * passes do, because it is what an attacker has to pay for (RFC 9106, 4).
 */
export function costsToTry(scheme: MakingScheme, { threads, memory }: Means): Cost[] {
  const { defaultCost } = scheme
  const isPossible = (cost: Cost) =>
    scheme.refusal('', cost) === undefined && scheme.memoryOf(cost) * threads <= memory
  const costs = [defaultCost]
  for (const [part, values] of stepsOf(defaultCost)) {
    const start = costs.at(-1) as Cost
    costs.push(...values.map((value) => ({ ...start, [part]: value })).filter(isPossible))
  }
  return costs
}

/** Which part grows, and through which values; when it can grow no more the next part does. */
function stepsOf(cost: Cost): [part: string, values: number[]][] {
  if (cost['memory'] !== undefined) {
    const memory = [32, 46, 64, 96, 128, 192, 256, 384, 512].map((mebibytes) => mebibytes * 1024)
    return [
      ['memory', memory],
      ['passes', [3, 4, 6, 8, 10]],
    ]
  }
  if (cost['ln'] !== undefined) {
    return [
      ['ln', [17, 18, 19, 20]],
      ['p', [3, 4, 6, 8, 10]],
    ]
  }
  if (cost['cost'] !== undefined) return [['cost', [13, 14, 15]]]
  const factors = [1.5, 2, 3, 4, 6, 8]
  return [['rounds', factors.map((factor) => (cost['rounds'] ?? 0) * factor)]]
}

/** The dearest cost that stays within the target while every thread is busy; else the default. */
export function recommend(
  scheme: MakingScheme,
  measurements: readonly [Measurement, ...Measurement[]],
  { target, threads }: { readonly target: number; readonly threads: number },
): Recommendation {
  const within = measurements.filter(({ busy }) => busy <= target)
  const measurement = within.at(-1) ?? measurements[0]
  return {
    measurement,
    onTarget: within.length > 0,
    perSecond: (threads * 1000) / measurement.busy,
    memory: threads * scheme.memoryOf(measurement.cost),
  }
}

/** Of several runs: one that was disturbed does not count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
