import type { Clock, Instant } from '../../../kernel/clock.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { Account, AccountId } from '../../accounts/index.ts'
import type { Proof } from '../../assurance/index.ts'
import type { Audit } from '../../audit/index.ts'
import type { Factors } from '../../factors/index.ts'
import type { Limited, Limits, Origin } from '../../limits/index.ts'
import type { Ceremony, Passkeys } from '../../passkeys/index.ts'
import { type Passwords, readPlaintext } from '../../passwords/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'

export interface ProvingDependencies {
  readonly passwords: Pick<Passwords, 'verify'>
  readonly factors: Pick<Factors, 'check' | 'useRecoveryCode'>
  readonly passkeys: Pick<Passkeys, 'assert'>
  readonly limits: Pick<Limits, 'guess'>
  /** Writes down that a limit was reached. */
  readonly limitReached: (limited: Limited, subject: AccountId) => Promise<void>
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record'>
  readonly clock: Clock
}

/** What somebody gives to prove who they are. */
export type GivenProof = GivenFactor | { readonly kind: 'password'; readonly password: Secret }

/** The same without passwords. */
export type GivenFactor =
  | TypedFactor
  /** What the browser has answered, as it is. */
  | { readonly kind: 'passkey'; readonly response: unknown }

/** What needs no browser to ask for it. */
export type TypedFactor =
  | { readonly kind: 'totp'; readonly code: Secret }
  | { readonly kind: 'recovery_code'; readonly code: Secret }

export interface Proved {
  readonly kind?: never
  readonly proof: Proof
  /** How many recovery codes are left, where one was used. */
  readonly recoveryCodesLeft?: number
}

export interface ProvingOptions {
  /** What a passkey was asked for. */
  readonly ceremony: Ceremony
  /** From where it is given. */
  readonly origin: Origin
  /** Is it worth anything here? What is not counts as wrong, so that nobody learns that it was right. */
  readonly isEnough?: (proved: Proved) => Promise<boolean>
  /** Given when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

/** Looks at what somebody gives, whatever it is, and spends it where it can be used once. */
export class Proving {
  readonly #deps: ProvingDependencies

  constructor(deps: ProvingDependencies) {
    this.#deps = deps
  }

  /**
   * What it proves of this account; `undefined` when that is nothing. What can be guessed is counted before it is looked
   * at, by the count of every other way in.
   */
  async prove(
    account: Account,
    given: GivenProof,
    options: ProvingOptions,
  ): Promise<Proved | Limited | undefined> {
    if (given.kind === 'passkey') return this.#byPasskey(account, given.response, options)
    const secret = given.kind === 'password' ? 'password' : 'factor'
    const guess = await this.#deps.limits.guess(secret, account.canonicalEmail, options.origin)
    if (guess.kind === 'limited') {
      await this.#deps.limitReached(guess, account.id)
      return guess
    }
    const { isEnough = async () => true } = options
    return guess.during(async () => {
      const proved = await this.#typed(account, given, options)
      if (!proved || !(await isEnough(proved))) return undefined
      await guess.right()
      return proved
    })
  }

  async #typed(
    { id: owner }: Account,
    given: Exclude<GivenProof, { readonly kind: 'passkey' }>,
    { signal }: ProvingOptions,
  ): Promise<Proved | undefined> {
    const at = this.#deps.clock.now()
    switch (given.kind) {
      case 'password': {
        const isRight = await this.#isPassword(owner, given.password, signal)
        return isRight ? { proof: { method: 'password', at } } : undefined
      }
      case 'totp':
        return this.#byApp(owner, given.code, at)
      case 'recovery_code':
        return this.#byRecoveryCode(owner, given.code, at)
    }
  }

  async #byPasskey(
    { id }: Account,
    response: unknown,
    { ceremony }: ProvingOptions,
  ): Promise<Proved | undefined> {
    const asserted = await this.#deps.passkeys.assert(response, ceremony, id)
    return asserted && { proof: asserted.proof }
  }

  #byApp(owner: AccountId, code: Secret, at: Instant): Promise<Proved | undefined> {
    const { factors, unitOfWork, audit } = this.#deps
    return unitOfWork.run(async () => {
      const checked = await factors.check(owner, code.expose())
      if (checked.kind === 'accepted') {
        return { proof: { method: 'totp', at, factor: checked.factor } }
      }
      if (checked.reason === 'wrong_code' && 'disables' in checked && checked.disables) {
        const { failures } = checked
        await audit.record('totp.disabled', { actor: 'stranger', subject: owner }, { failures })
      }
      return undefined
    })
  }

  #byRecoveryCode(owner: AccountId, code: Secret, at: Instant): Promise<Proved | undefined> {
    const { factors, unitOfWork, audit } = this.#deps
    return unitOfWork.run(async () => {
      const used = await factors.useRecoveryCode(owner, code.expose())
      if (used.kind === 'refused') return undefined
      await audit.record('recovery_code.used', { subject: owner }, { left: used.left })
      return { proof: { method: 'recovery_code', at }, recoveryCodesLeft: used.left }
    })
  }

  async #isPassword(owner: AccountId, password: Secret, signal?: AbortSignal): Promise<boolean> {
    const read = readPlaintext(password.expose())
    if ('broken' in read) return false
    return (await this.#deps.passwords.verify(owner, read.plaintext, signal)).matches
  }
}
