import { workerData } from 'piscina'
import { burn, EqualTime } from './equal-time.ts'
import { makePlanned, makerOf, type Plan, readPlanned, refusalOf } from './plan.ts'
import type { Password } from './scheme.ts'

export type HashTask =
  | {
      readonly kind: 'hash'
      readonly scheme: string
      readonly password: Password
      readonly salt: Uint8Array
    }
  | {
      readonly kind: 'verify'
      /** The spellings that may be meant, in the order in which they are tried. */
      readonly spellings: readonly Password[]
      /** How many current hashes the answer takes at the least, whatever there is to verify. */
      readonly times: number
      readonly hash: string
      readonly user?: string | undefined
    }

const plan = workerData as Plan

const { making } = makerOf(plan, plan.making)
const equalTime = new EqualTime({
  makeCurrent: () =>
    makePlanned(plan, { password: '', salt: Buffer.alloc(making.saltBytes), scheme: plan.making }),
  used() {
    const { user, system } = process.threadCpuUsage()
    return user + system
  },
  burn,
})

/**
 * Runs in a hashing thread, one task at a time. For `hash` the hash; for `verify` which spelling matches,
 * or `-1`, after no less time than a current hash takes for each spelling.
 */
export default function run(task: HashTask): string | number {
  if (task.kind === 'hash') return makePlanned(plan, task)
  const { spellings, times, hash, user } = task
  const read = readPlanned(plan, hash, { user })
  // What the scheme cannot hash is no work, and must not be taken for what a hash costs.
  const worked = spellings.filter((spelling) => !refusalOf(plan, spelling, plan.making))
  return equalTime.run({ times, current: read?.costsAsNew ? worked.length : 0 }, () => {
    // All of them, also after a match: a hit must not take less time than a miss.
    const matches = spellings.map((spelling) => read?.matches(spelling) ?? false)
    return matches.indexOf(true)
  })
}
