/** Something in the run was wrong, so it has no figures. */
export class SpoiltRun extends Error {}

/** What is compared: a server under load, or a function in a loop. */
export interface Variant {
  readonly name: string
  /** Works for about this long, and tells what came of it. */
  readonly run: (milliseconds: number) => Promise<Sample>
}

export interface Sample {
  readonly count: number
  readonly seconds: number
  /** Milliseconds, one for each that was counted. */
  readonly latencies: readonly number[]
  /** What else the server did meanwhile, per second, to see what those that count suffer from it. */
  readonly beside?: number | undefined
  /** Processor time that the server took, where the system tells. */
  readonly cpuSeconds?: number | undefined
  /** Errors, wrong answers: a sample with any is worth nothing. */
  readonly problems: readonly string[]
}

/** Of rates more is better, of latencies (milliseconds) less. */
export type Figure = 'rate' | 'p50' | 'p99'

/** How many times as much the first has of a figure as the second. */
export interface Comparison {
  readonly of: string
  readonly to: string
  readonly by: Figure
  /** Of rates the least that is good enough, of latencies the most. */
  readonly goal?: number
}

export interface Plan {
  readonly title: string
  readonly variants: readonly Variant[]
  readonly comparisons: readonly Comparison[]
  readonly rounds: number
  readonly seconds: number
  /** A round is taken again when other programs had a greater share of the processor than this. */
  readonly tolerated: number
}
