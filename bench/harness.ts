import { thisMachine } from './machine.ts'
import { type Neighbours, watchNeighbours } from './neighbours.ts'
import { type Plan, type Sample, SpoiltRun, type Variant } from './plan.ts'
import { type Results, ratios, resultOf } from './results.ts'
import { spread } from './statistics.ts'

/** How many rounds may be spoilt like that for each that counts. */
const patience = 20

/**
 * Runs all variants in turns: ABC, BCA, CAB and so on, after one turn that does not count. Whatever
 * else the machine does then hits all of them, and none always runs on the heels of the same other.
 */
export async function compare(plan: Plan): Promise<Results> {
  const machine = thisMachine()
  const neighbours = watchNeighbours()
  await takeRound(plan, 0, neighbours)
  const taken: Round[] = []
  let repeated = 0
  while (taken.length < plan.rounds) {
    const round = await takeRound(plan, taken.length, neighbours)
    if (round.foreign <= plan.tolerated) taken.push(round)
    else repeated += 1
    if (repeated > plan.rounds * patience) throw new SpoiltRun('the machine is never quiet')
  }
  const { title, rounds, seconds } = plan
  const variants = plan.variants.map(({ name }) => resultOf(name, samplesOf(taken, name)))
  const comparisons = plan.comparisons.map((comparison) => ({
    ...comparison,
    ratio: spread(
      ratios(comparison.by, samplesOf(taken, comparison.of), samplesOf(taken, comparison.to)),
    ),
  }))
  const foreign = spread(taken.map((round) => round.foreign))
  return { title, machine, rounds, seconds, repeated, foreign, variants, comparisons }
}

interface Round {
  readonly samples: ReadonlyMap<string, Sample>
  /** The share of the processor that other programs had. */
  readonly foreign: number
}

async function takeRound(plan: Plan, round: number, neighbours: Neighbours): Promise<Round> {
  const samples = new Map<string, Sample>()
  for (const variant of turn(plan.variants, round)) {
    samples.set(variant.name, await take(variant, plan.seconds))
  }
  const ours = [...samples.values()].reduce((sum, { cpuSeconds = 0 }) => sum + cpuSeconds, 0)
  return { samples, foreign: neighbours(ours) }
}

async function take(variant: Variant, seconds: number): Promise<Sample> {
  const sample = await variant.run(seconds * 1000)
  const [problem] = sample.problems
  if (problem !== undefined) {
    throw new SpoiltRun(`${variant.name}: ${sample.problems.length} problem(s), first: ${problem}`)
  }
  if (sample.count === 0) throw new SpoiltRun(`${variant.name}: nothing was done at all`)
  return sample
}

function turn(variants: readonly Variant[], round: number): Variant[] {
  const start = round % variants.length
  return [...variants.slice(start), ...variants.slice(0, start)]
}

function samplesOf(rounds: readonly Round[], name: string): readonly Sample[] {
  return rounds.map(({ samples }) => {
    const sample = samples.get(name)
    if (!sample) throw new Error(`there is no variant ${name}`)
    return sample
  })
}
