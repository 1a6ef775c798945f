import {
  type BudgetTable,
  defaultBudgets,
  type Guess,
  KnownDevices,
  type LimitStore,
  Limits,
  type Origin,
} from '../../core/limits/index.ts'
import { OverloadedError } from '../../kernel/errors.ts'
import { KeyRing } from '../../kernel/key-ring.ts'
import { systemRandom } from '../../kernel/random.ts'
import { Secret } from '../../kernel/secret.ts'
import { MemoryLimitStore } from '../../stores/memory/limits.ts'
import { FakeClock } from '../clock.ts'

export const anOverload: OverloadedError = new OverloadedError('too much to do', 1)

/** Limits in memory, with their time in our hands. */
export interface OpenedLimits {
  readonly limits: Limits
  readonly store: LimitStore
  readonly clock: FakeClock
  /** Every key that something was claimed of, in order. */
  readonly claimed: string[]
  /** What a browser is given on which this account has signed in. */
  readonly knownTo: (identifier: string) => string
  /** So many tries at Ann's password, none of which is too much. Gives the last. */
  readonly guess: (origin: Origin, times: number) => Promise<Guess>
}

export function limitsOf(
  budgets: BudgetTable = defaultBudgets,
  master = 'a-master-key-of-some-length',
): OpenedLimits {
  const [clock, store] = [new FakeClock(), new MemoryLimitStore()]
  const ports = { keys: new KeyRing([new Secret(master)]), clock, random: systemRandom }
  const devices = new KnownDevices(ports)
  const claimed: string[] = []
  const noting: LimitStore = {
    take: (claims, now) => {
      claimed.push(...claims.map(({ key }) => key))
      return store.take(claims, now)
    },
    settle: (settlement) => store.settle(settlement),
    sweep: (now, limit) => store.sweep(now, limit),
  }
  const limits = new Limits({ store: noting, budgets, devices, ...ports })
  const guess = async (origin: Origin, times: number) => {
    let last: Guess | undefined
    for (let time = 0; time < times; time++) {
      const admitted = await limits.guess('password', 'ann@example.com', origin)
      if (admitted.kind === 'limited') throw new TypeError(`limited by ${admitted.budget}`)
      last = admitted
    }
    return last as Guess
  }
  const knownTo = (identifier: string) => devices.remember(undefined, identifier)
  return { limits, store: noting, clock, claimed, knownTo, guess }
}
