import type { Clock, Duration } from '../../kernel/clock.ts'
import type { Digest } from '../../kernel/digest.ts'
import { OverloadedError } from '../../kernel/errors.ts'
import { hmacSha256 } from '../../kernel/hmac.ts'
import type { KeyRing } from '../../kernel/key-ring.ts'
import type { BudgetName, BudgetTable } from './budgets.ts'
import type { KnownDevices } from './known-device.ts'
import type { Claim, LimitStore, Taken } from './store.ts'

export interface LimitsDependencies {
  readonly store: LimitStore
  readonly budgets: BudgetTable
  readonly devices: KnownDevices
  readonly keys: KeyRing
  readonly clock: Clock
}

/** From where something is tried. */
export interface Origin {
  /** The client's network: see `http/network.ts`. Empty where it is not known: then all of those are one. */
  readonly network: string
  /** What the browser says that we have said of it; not looked at yet. */
  readonly device?: string | undefined
  /** The network has no attempts left: only a device that the account knows may go on. */
  readonly limited?: Limited | undefined
}

/** Too much was tried. */
export interface Limited {
  readonly kind: 'limited'
  readonly budget: BudgetName
  readonly wait: Duration
  /** Is it the first time since somebody was let through? Then it is worth writing down. */
  readonly isFirst: boolean
  /** The device that has spent its own tries, if the account knows it. */
  readonly device?: string
}

/** Points that were taken of budgets. */
export interface Admitted {
  readonly kind: 'admitted'
  readonly taken: readonly { readonly budget: BudgetName; readonly point: Taken }[]
}

/** Secrets that can be guessed. Whoever checks one asks here first, so all ways in share one count. */
export type GuessedSecret = (typeof guessedSecrets)[number]

const guessedSecrets = ['password', 'factor'] as const

/** Whoever may guess, once. */
export interface Guess {
  readonly kind: 'admitted'
  /** It was right: this network, or this device, begins anew with this account; elsewhere one point is given back. */
  right(): Promise<void>
  /** Looks at it. Where there is too much to do for that, it does not count. */
  during<Result>(work: () => Promise<Result>): Promise<Result>
}

/** Counts what strangers try, before anything is done for them. What exists and what does not counts alike. */
export class Limits {
  readonly #deps: LimitsDependencies

  constructor(deps: LimitsDependencies) {
    this.#deps = deps
  }

  /** Takes a point of each budget, or of none. */
  async take(names: readonly BudgetName[], counted: string): Promise<Admitted | Limited> {
    return this.#take(names.map((name) => [name, counted]))
  }

  /** As if they had not been taken. */
  giveBack(admitted: Admitted['taken']): Promise<void> {
    return this.#deps.store.settle({ back: pointsOf(admitted), forgotten: [] })
  }

  /** What the budget is now; `undefined` where it is turned off. */
  budget(name: BudgetName): BudgetTable[BudgetName] {
    return this.#deps.budgets[name]
  }

  /**
   * May a secret of this account be tried from there? Asked, and counted, before anything is looked up or hashed.
   * Strangers who fail elsewhere never keep an owner out on a device that the owner has signed in on.
   *
   * @param identifier - The canonical name of the account, whether there is one or not.
   */
  async guess(
    secret: GuessedSecret,
    identifier: string,
    { network, device, limited }: Origin,
  ): Promise<Guess | Limited> {
    const known = this.#deps.devices.knows(device, identifier)
    if (!known && limited) return limited
    const own: Counted = [secret, `${identifier}\n${known ? asPlace(known) : network}`]
    const shared: readonly Counted[] =
      secret === 'password'
        ? [
            ['password_account', identifier],
            ['password_everybody', ''],
          ]
        : [['factor_account', identifier]]
    const claims = known ? [own, ...ofDevice(secret, own[1])] : [own, ...shared]
    const admitted = await this.#take(claims)
    if (admitted.kind === 'limited') return known ? { ...admitted, device: known } : admitted
    let isTold = false
    const right = async () => {
      // Whoever looks again, since it was overtaken, says so again: what others have spent is not given back for it.
      if (isTold) return
      isTold = true
      const [own, others] = divided(admitted.taken, secret)
      const forgotten = pointsOf(own).map(({ key }) => key)
      await this.#deps.store.settle({ back: pointsOf(others), forgotten })
    }
    const during = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      try {
        return await work()
      } catch (error) {
        // After a right guess there is nothing left of it to give back: it would be what others have spent.
        if (error instanceof OverloadedError && !isTold) await this.giveBack(admitted.taken)
        throw error
      }
    }
    return { kind: 'admitted', right, during }
  }

  /** Has this account signed in on this device? */
  isKnown(identifier: string, origin: Origin): boolean {
    return this.knownDevice(identifier, origin) !== undefined
  }

  /** The name of the device, if this account has signed in on it. */
  knownDevice(identifier: string, { device }: Origin): string | undefined {
    return this.#deps.devices.knows(device, identifier)
  }

  /** Begins anew with an account, as far as it was tried from these places. */
  async forget(
    identifier: string,
    {
      networks,
      devices,
    }: { readonly networks: readonly string[]; readonly devices: readonly string[] },
  ): Promise<void> {
    const places = [...networks, ...devices.map(asPlace)]
    const forgotten = guessedSecrets.flatMap((secret) => [
      ...places.map((place) => this.#keyOf(secret, `${identifier}\n${place}`)),
      this.#keyOf(`${secret}_account`, identifier),
    ])
    for (const device of devices) {
      forgotten.push(this.#keyOf('password_device', `${identifier}\n${asPlace(device)}`))
    }
    await this.#deps.store.settle({ back: [], forgotten })
  }

  /** Removes what is over, a batch at a time. */
  async sweep(): Promise<void> {
    const { store, clock } = this.#deps
    const batch = 1000
    while ((await store.sweep(clock.now(), batch)) === batch);
  }

  async #take(counted: readonly Counted[]): Promise<Admitted | Limited> {
    const { store, budgets, clock } = this.#deps
    const names: BudgetName[] = []
    const claims: Claim[] = []
    for (const [name, what] of counted) {
      const budget = budgets[name]
      if (!budget) continue
      names.push(name)
      claims.push({ key: this.#keyOf(name, what), budget })
    }
    if (claims.length === 0) return { kind: 'admitted', taken: [] }
    const outcome = await store.take(claims, clock.now())
    const named = (key: Digest) => names[claims.findIndex((one) => one.key === key)] as BudgetName
    if (outcome.kind === 'refused') {
      const { claim, wait, isFirst } = outcome
      return { kind: 'limited', budget: named(claim.key), wait, isFirst }
    }
    const taken = outcome.taken.map((point) => ({ budget: named(point.key), point }))
    return { kind: 'admitted', taken }
  }

  /** Keyed: who reads the counters learns no addresses, and nobody can choose names that fall together. */
  #keyOf(name: BudgetName, what: string): Digest {
    const [key] = this.#deps.keys.for('limit key')
    return hmacSha256(key, `${name}\n${what}`) as Digest
  }
}

/** Nobody counts what a known device tries together with others: so it has an end of its own. */
function ofDevice(secret: GuessedSecret, place: string): readonly Counted[] {
  return secret === 'password' ? [['password_device', place]] : []
}

/** No network is written like this. */
function asPlace(device: string): string {
  return `device ${device}`
}

type Counted = readonly [budget: BudgetName, what: string]

type Points = Admitted['taken']

function pointsOf(taken: Points): readonly Taken[] {
  return taken.map(({ point }) => point)
}

function divided(points: Points, secret: GuessedSecret): readonly [own: Points, others: Points] {
  // In a row: what was right ends the row.
  const isOwn = ({ budget }: Points[number]) => budget === secret || budget === 'password_device'
  return [points.filter(isOwn), points.filter((one) => !isOwn(one))]
}
