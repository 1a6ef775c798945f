/**
 * How much memory do 500 sign-ins at once take? Resident memory of Sallyport, of better-auth and of
 * Express with bcrypt: idle, at its peak during each of several bursts, and a moment after the last.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { type Contender, startContenders } from './contenders.ts'
import { allAtOnce } from './load.ts'
import { describeMachine, thisMachine } from './machine.ts'
import { SpoiltRun } from './plan.ts'
import { aligned, optionsOf, orSayWhy } from './report.ts'

const atOnce = 500
/** Nothing is at work any more; what stays resident now is what the allocators keep. */
const rest = 1000

interface Burst {
  readonly peak: number
  readonly signedIn: number
  readonly sentAway: number
}

/** Resident memory in MiB. */
interface Course {
  readonly name: string
  readonly idle: number
  readonly bursts: readonly Burst[]
  readonly after: number
  /** What the hashes that are at work at the same time need for themselves. */
  readonly hashes: number
}

const { rounds, json } = optionsOf({ rounds: 5, seconds: 1 })

if (!existsSync('/proc/self/clear_refs')) throw new Error('only Linux tells the peak of a process')
const machine = thisMachine()
const title = `Resident memory in MiB, ${atOnce} sign-ins at once on as many connections`
console.log(`${title}\n\n${describeMachine(machine)}\n${rounds} bursts for each server\n`)

await using stack = new AsyncDisposableStack()
const contenders = await startContenders(stack)
await orSayWhy(async () => {
  const courses: Course[] = []
  for (const contender of contenders) courses.push(await courseOf(contender))
  console.log(tableOf(courses))
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ title, machine, courses }, null, 2)}\n`)
  }
})

async function courseOf(contender: Contender): Promise<Course> {
  const { name, server, hashing } = contender
  const idle = server.memory.now()
  const bursts: Burst[] = []
  while (bursts.length < rounds) bursts.push(await burst(contender))
  await delay(rest)
  const hashes = (hashing.threads ?? availableParallelism()) * hashing.mebibytes
  return { name, idle, bursts, after: server.memory.now(), hashes }
}

async function burst({ name, server, signIn }: Contender): Promise<Burst> {
  server.memory.forgetPeak()
  const answers = await allAtOnce(server, atOnce, signIn)
  const peak = server.memory.peak()
  const accepted = answers.filter(({ status }) => status !== 503)
  for (const answer of accepted) {
    const problem = signIn.check(answer)
    if (problem !== undefined) throw new SpoiltRun(`${name}: ${problem}`)
  }
  if (accepted.length === 0) throw new SpoiltRun(`${name}: nobody could sign in`)
  return { peak, signedIn: accepted.length, sentAway: atOnce - accepted.length }
}

function tableOf(courses: readonly Course[]): string {
  const numbers = Array.from({ length: rounds }, (_, index) => index + 1)
  return [
    ...aligned([
      ['server', 'idle', ...numbers.map((number) => `peak ${number}`), 'after'],
      ...courses.map(({ name, idle, bursts, after }) => [
        name,
        ...[idle, ...bursts.map(({ peak }) => peak), after].map(whole),
      ]),
    ]),
    '',
    ...aligned([
      ['server', 'highest - idle', 'hashes at work', 'all else', 'last / first', '200', '503'],
      ...courses.map(boundOf),
    ]),
  ].join('\n')
}

function boundOf({ name, idle, bursts, hashes }: Course): string[] {
  const peaks = bursts.map(({ peak }) => peak)
  const growth = Math.max(...peaks) - idle
  const flatness = (peaks.at(-1) ?? Number.NaN) / (peaks[0] ?? Number.NaN)
  const total = (of: (burst: Burst) => number) =>
    String(bursts.reduce((sum, one) => sum + of(one), 0))
  return [
    name,
    whole(growth),
    whole(hashes),
    whole(growth - hashes),
    flatness.toFixed(3),
    total(({ signedIn }) => signedIn),
    total(({ sentAway }) => sentAway),
  ]
}

function whole(mebibytes: number): string {
  return mebibytes.toFixed(0)
}
