import type { Clock } from '../../../kernel/clock.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { AccountId } from '../../accounts/index.ts'
import type { Proof } from '../../assurance/index.ts'
import type { Factors } from '../../factors/index.ts'
import type { Ceremony, Passkeys } from '../../passkeys/index.ts'
import { type Passwords, readPlaintext } from '../../passwords/index.ts'

export interface ProvingDependencies {
  readonly passwords: Pick<Passwords, 'verify'>
  readonly factors: Pick<Factors, 'check' | 'useRecoveryCode'>
  readonly passkeys: Pick<Passkeys, 'assert'>
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
  readonly proof: Proof
  /** How many recovery codes are left, where one was used. */
  readonly recoveryCodesLeft?: number
}

export interface ProvingOptions {
  /** What a passkey was asked for. */
  readonly ceremony: Ceremony
  /** Given when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

/** Looks at what somebody gives, whatever it is, and spends it where it can be used once. */
export class Proving {
  readonly #deps: ProvingDependencies

  constructor(deps: ProvingDependencies) {
    this.#deps = deps
  }

  /** What it proves of this account; `undefined` when that is nothing. */
  async prove(
    owner: AccountId,
    given: GivenProof,
    { ceremony, signal }: ProvingOptions,
  ): Promise<Proved | undefined> {
    const { factors, passkeys, clock } = this.#deps
    const at = clock.now()
    switch (given.kind) {
      case 'password':
        return (await this.#isPassword(owner, given.password, signal))
          ? { proof: { method: 'password', at } }
          : undefined
      case 'totp': {
        const checked = await factors.check(owner, given.code.expose())
        if (checked.kind === 'refused') return undefined
        return { proof: { method: 'totp', at, factor: checked.factor } }
      }
      case 'recovery_code': {
        const used = await factors.useRecoveryCode(owner, given.code.expose())
        if (used.kind === 'refused') return undefined
        return { proof: { method: 'recovery_code', at }, recoveryCodesLeft: used.left }
      }
      case 'passkey': {
        const asserted = await passkeys.assert(given.response, ceremony, owner)
        return asserted && { proof: asserted.proof }
      }
    }
  }

  async #isPassword(owner: AccountId, password: Secret, signal?: AbortSignal): Promise<boolean> {
    const read = readPlaintext(password.expose())
    if ('broken' in read) return false
    return (await this.#deps.passwords.verify(owner, read.plaintext, signal)).matches
  }
}
