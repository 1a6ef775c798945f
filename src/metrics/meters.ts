import { Registry } from 'prom-client'
import type { AuditType, EndCause } from '../core/audit/index.ts'
import type { Duration } from '../kernel/clock.ts'
import type { StoreName } from '../kernel/errors.ts'
import type { WatchedFigure } from './figures.ts'
import { counterOf, histogramOf } from './instruments.ts'
import type {
  FactorKind,
  FigureLabels,
  LimitBudget,
  LockedFactor,
  ProofResult,
  RegistrationResult,
  SignInMethod,
  SignInResult,
} from './labels.ts'
import { type FigureRead, type Reading, readingOf, readOf, type Sample, textOf } from './reading.ts'
import { RequestMeter } from './request-meter.ts'

/** How long a password waited to be hashed, and how long that took. */
export interface HashTimes {
  readonly waited: Duration
  readonly worked: Duration
}

/** A number, or nothing where it is not known at this moment. */
type Watch = () => number | undefined | Promise<number | undefined>

type LabelsOf<Name> = Name extends keyof FigureLabels ? [FigureLabels[Name]] : []

interface Watched {
  readonly labels: Sample['labels']
  readonly read: Watch
}

/** The figures of one server or library. Each has a registry of its own: several in a process never mix. */
export class Meters {
  readonly requests: RequestMeter = new RequestMeter()
  readonly #registry = new Registry()
  readonly #watched = new Map<WatchedFigure, Watched[]>()
  readonly #signIns = counterOf('signIns', this.#registry)
  readonly #factorProofs = counterOf('factorProofs', this.#registry)
  readonly #registrations = counterOf('registrations', this.#registry)
  readonly #limitHits = counterOf('limitHits', this.#registry)
  readonly #lockouts = counterOf('lockouts', this.#registry)
  readonly #sessionsEnded = counterOf('sessionsEnded', this.#registry)
  readonly #securityEvents = counterOf('securityEvents', this.#registry)
  readonly #storeErrors = counterOf('storeErrors', this.#registry)
  readonly #hashWait = histogramOf('hashWait', this.#registry)
  readonly #hashDuration = histogramOf('hashDuration', this.#registry)
  #fallsBack = false

  constructor() {
    this.watch('limitFallback', () => Number(this.#fallsBack))
  }

  signIn(method: SignInMethod, result: SignInResult): void {
    this.#signIns.inc({ method, result })
  }

  factorProof(kind: FactorKind, result: ProofResult): void {
    this.#factorProofs.inc({ kind, result })
  }

  registration(result: RegistrationResult): void {
    this.#registrations.inc({ result })
  }

  limitHit(budget: LimitBudget): void {
    this.#limitHits.inc({ budget })
  }

  lockout(factor: LockedFactor): void {
    this.#lockouts.inc({ factor })
  }

  sessionsEnded(cause: EndCause): void {
    this.#sessionsEnded.inc({ cause })
  }

  securityEvent(type: AuditType): void {
    this.#securityEvents.inc({ type })
  }

  storeFailed(store: StoreName | undefined): void {
    this.#storeErrors.inc({ store: store ?? 'other' })
  }

  hashed({ waited, worked }: HashTimes): void {
    this.#hashWait.observe(waited / 1000)
    this.#hashDuration.observe(worked / 1000)
  }

  /** Are limits counted here alone, because their store does not answer? */
  limitFallback(isInForce: boolean): void {
    this.#fallsBack = isInForce
  }

  /** What somebody else counts anyway is asked for when figures are read. */
  watch<Name extends WatchedFigure>(name: Name, read: Watch, ...labels: LabelsOf<Name>): void {
    const watched = this.#watched.get(name) ?? []
    this.#watched.set(name, [...watched, { labels: { ...labels[0] }, read }])
  }

  async read(): Promise<Reading> {
    const counted = await readingOf(this.#registry)
    const watched = await Promise.all([...this.#watched].map((one) => readWatched(...one)))
    return [this.requests.read(), ...counted, ...watched]
  }

  async text(): Promise<string> {
    return textOf(await this.read())
  }
}

async function readWatched(name: WatchedFigure, watched: readonly Watched[]): Promise<FigureRead> {
  const samples = await Promise.all(
    watched.map(async ({ labels, read }) => ({ labels, value: await read() })),
  )
  return readOf(
    name,
    samples.filter((one): one is Sample => one.value !== undefined),
  )
}
