import { type Instant, minutes } from '../../src/kernel/clock.ts'

/** What an account could be asked for, as far as the rules look at it. */
export interface Standing {
  app: 'none' | 'works' | 'disabled'
  hasPasskey: boolean
  /** How many recovery codes are left. */
  codes: number
  /** Counts how often all that was trusted or had begun was made worthless. */
  epoch: number
}

export type Proved = 'password' | 'code' | 'recovery code' | 'passkey touched' | 'passkey verified'

export const gives = [
  'code',
  'wrong code',
  'used code',
  'recovery code',
  'used recovery code',
  'passkey verified',
  'passkey touched',
  'passkey of somebody else',
  'password',
  'wrong password',
] as const

export type Give = (typeof gives)[number]

export type Outcome = 'session' | 'factor' | 'enrolment' | 'refused'

/** A sign-in that waits for what is due. */
export interface Waiting {
  readonly proved: readonly Proved[]
  readonly epoch: number
  readonly until: number
  tries: number
  isOver: boolean
}

interface Rules {
  /** Must everybody have a second factor? */
  readonly isRequired: boolean
}

interface Circumstances {
  readonly now: Instant
  /** Does the request come from a browser that this account trusts? */
  readonly isTrusted: boolean
}

export interface Told {
  readonly outcome: Outcome
  readonly waiting?: Waiting
}

const refused: Told = { outcome: 'refused' }
const mostTries = 5

/**
 * Who gets in, told a second time in other words: nothing here is of the code that decides it. A password is known,
 * codes and passkeys are had, a passkey that sees its owner is both.
 */
export class WaysIn {
  readonly standing: Standing
  readonly #rules: Rules

  constructor(standing: Standing, rules: Rules) {
    this.standing = standing
    this.#rules = rules
  }

  /** @param code - What was sent beside the password. */
  password(isRight: boolean, code: 'right' | 'wrong' | undefined, at: Circumstances): Told {
    if (!isRight) return refused
    if (code === undefined || !this.#hasSecond) return this.#after(['password'], at)
    const isTaken = code === 'right' && this.standing.app === 'works'
    return isTaken ? this.#after(['password', 'code'], at) : refused
  }

  passkey(isVerified: boolean, at: Circumstances): Told {
    if (!this.standing.hasPasskey) return refused
    return this.#after([isVerified ? 'passkey verified' : 'passkey touched'], at)
  }

  factor(waiting: Waiting | undefined, give: Give, at: Circumstances): Told {
    if (!waiting || !this.#isOpen(waiting, at)) return refused
    waiting.tries += 1
    const proved = this.asksFor(waiting, give) ? this.#proving(give) : undefined
    if (!proved) return refused
    waiting.isOver = true
    return this.#after([...waiting.proved, proved], at)
  }

  /** @param isRight - Is the first code of the app, or what the browser has made, what it should be? */
  enrolment(
    waiting: Waiting | undefined,
    what: 'app' | 'passkey',
    isRight: boolean,
    at: Circumstances,
  ): Told {
    if (!waiting || !this.mayEnrol(waiting, at) || !isRight) return refused
    waiting.isOver = true
    if (what === 'app') this.standing.app = 'works'
    else this.standing.hasPasskey = true
    this.standing.codes = 10
    this.standing.epoch += 1
    return { outcome: 'session' }
  }

  mayEnrol(waiting: Waiting, at: Circumstances): boolean {
    return this.#rules.isRequired && !this.#hasSecond && this.#isOpen(waiting, at)
  }

  /** What is not asked for is not looked at, and so not used up. */
  asksFor({ proved }: Waiting, give: Give): boolean {
    const { app, hasPasskey, codes } = this.standing
    const isSecond = proved.includes('password')
    if (give.endsWith('password')) return !isSecond
    if (give.startsWith('passkey')) return hasPasskey
    if (give.endsWith('recovery code')) return isSecond && this.#hasSecond && codes > 0
    return isSecond && app === 'works'
  }

  get #hasSecond(): boolean {
    return this.standing.app !== 'none' || this.standing.hasPasskey
  }

  #isOpen({ isOver, tries, epoch, until }: Waiting, { now }: Circumstances): boolean {
    return !isOver && tries < mostTries && epoch === this.standing.epoch && now < until
  }

  #proving(give: Give): Proved | undefined {
    const { standing } = this
    switch (give) {
      case 'code':
        return standing.app === 'works' ? give : undefined
      case 'recovery code':
        if (standing.codes === 0) return undefined
        standing.codes -= 1
        return give
      case 'passkey verified':
      case 'passkey touched':
        return standing.hasPasskey ? give : undefined
      case 'password':
        return give
      default:
        return undefined
    }
  }

  #after(proved: readonly Proved[], at: Circumstances): Told {
    const outcome = this.#outcomeOf(proved, at)
    if (outcome === 'session') return { outcome }
    const until = at.now + minutes(outcome === 'enrolment' ? 30 : 10)
    const { epoch } = this.standing
    return { outcome, waiting: { proved, epoch, until, tries: 0, isOver: false } }
  }

  #outcomeOf(proved: readonly Proved[], { isTrusted }: Circumstances): Exclude<Outcome, 'refused'> {
    if (proved.includes('passkey verified')) return 'session'
    if (!proved.includes('password')) return 'factor'
    const had: readonly Proved[] = ['code', 'recovery code', 'passkey touched']
    if (proved.some((one) => had.includes(one))) return 'session'
    if (!this.#hasSecond) return this.#rules.isRequired ? 'enrolment' : 'session'
    return isTrusted && this.standing.app === 'works' ? 'session' : 'factor'
  }
}
