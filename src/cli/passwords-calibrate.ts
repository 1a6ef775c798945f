import { totalmem } from 'node:os'
import { type Configuration, writeCost } from '../config/index.ts'
import {
  costsToTry,
  type Measurement,
  median,
  type Recommendation,
  recommend,
} from '../hashers/calibration.ts'
import { Context } from '../hashers/context.ts'
import type { Cost, MakingScheme } from '../hashers/scheme.ts'
import { makingSchemes } from '../hashers/schemes/index.ts'
import { describeHashing } from '../hashing.ts'
import { systemRandom } from '../kernel/random.ts'
import { bar } from './progress.ts'

export interface CalibrateOptions {
  /** Milliseconds that a sign-in may take while every thread is busy. */
  readonly target: number
  /** The scheme that makes hashes here, if it is left out. */
  readonly scheme?: string
  /** Milliseconds that only ever grow. */
  readonly stopwatch: () => number
}

/** `sallyport passwords calibrate` */
export async function calibratePasswords(
  { target, scheme: name, stopwatch }: CalibrateOptions,
  configuration: Configuration,
): Promise<void> {
  const { threads, scheme: inUse } = describeHashing(configuration)
  const scheme = makingSchemes.get(name ?? inUse) as MakingScheme
  const costs = costsToTry(scheme, { threads, memory: memoryForHashing() })
  console.log(`${scheme.name} on ${threads} threads; a sign-in may take ${target} ms.\n`)
  const measurements: Measurement[] = []
  for (const cost of costs) {
    const measurement = await measure(scheme, cost, { threads, stopwatch })
    measurements.push(measurement)
    console.log(chartLine(measurement, { target, costs }))
    if (measurement.busy > target) break
  }
  const [first, ...others] = measurements as [Measurement, ...Measurement[]]
  const recommendation = recommend(scheme, [first, ...others], { target, threads })
  for (const line of describe(recommendation, scheme, { inUse, threads })) console.log(line)
}

/** A quarter of what there is: the rest is for sessions, pages, the database and the system. */
function memoryForHashing(): number {
  const limit = process.constrainedMemory()
  const total = totalmem()
  return (limit > 0 && limit < total ? limit : total) / 4
}

const runs = 5
const rounds = 3

/** In threads of their own, as the server hashes. */
async function measure(
  { name }: MakingScheme,
  cost: Cost,
  { threads, stopwatch }: { readonly threads: number; readonly stopwatch: () => number },
): Promise<Measurement> {
  const options = { schemes: [name], costs: { [name]: cost }, threads }
  await using context = new Context(options, systemRandom)
  const timed = async () => {
    const start = stopwatch()
    await context.hash('correct horse battery staple')
    return stopwatch() - start
  }
  const everyThread = () => Promise.all(Array.from({ length: threads }, timed))

  // The first hash of a thread also loads code and fetches memory.
  await everyThread()
  const alone: number[] = []
  for (let run = 0; run < runs; run++) alone.push(await timed())
  const busy: number[] = []
  for (let round = 0; round < rounds; round++) busy.push(...(await everyThread()))
  return { cost, alone: median(alone), busy: median(busy) }
}

const barWidth = 30

/** A full bar is the target. */
function chartLine(
  { cost, alone, busy }: Measurement,
  { target, costs }: { readonly target: number; readonly costs: readonly Cost[] },
): string {
  const label = writeCost(cost).padEnd(Math.max(...costs.map((one) => writeCost(one).length)))
  const times = `${milliseconds(alone)} alone  ${milliseconds(busy)} busy`
  const remark = busy > target ? '  too slow' : ''
  return `${label}  ${bar(busy / target, barWidth)}  ${times}${remark}`
}

function describe(
  { measurement, onTarget, perSecond, memory }: Recommendation,
  { name, memoryOf }: MakingScheme,
  { inUse, threads }: { readonly inUse: string; readonly threads: number },
): string[] {
  const { cost, busy } = measurement
  const each = memoryOf(cost)
  return [
    '',
    ...(onTarget
      ? []
      : ['Even the default is slower than that, and less would not be secure.', '']),
    ...(name === inUse ? [] : [`SALLYPORT_PASSWORD_SCHEMES=${name},import`]),
    `SALLYPORT_PASSWORD_COST=${writeCost(cost)}`,
    '',
    `With all ${threads} threads busy a sign-in takes ${Math.round(busy)} ms, which makes ` +
      `${perSecond.toFixed(1)} sign-ins per second,`,
    `and hashing needs ${mebibytes(memory)} of memory (${threads} × ${mebibytes(each)}).`,
  ]
}

function milliseconds(count: number): string {
  return `${count.toFixed(1).padStart(7)} ms`
}

function mebibytes(bytes: number): string {
  const count = bytes / 1024 / 1024
  return count >= 1 ? `${Math.round(count)} MiB` : `${Math.round(bytes / 1024)} KiB`
}
