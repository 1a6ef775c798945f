import { type Refused, refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { AccountStore } from '../../accounts/index.ts'
import type { DueFactors, EnrolmentShown, FactorId, Factors } from '../../factors/index.ts'
import type {
  Authenticated,
  PresentedToken,
  Sessions,
  StartedSession,
} from '../../sessions/index.ts'
import type { GivenFactor } from '../login/index.ts'

export interface SecondFactorDependencies {
  readonly accounts: Pick<AccountStore, 'findById'>
  readonly factors: Factors
  readonly sessions: Sessions
}

/** Who asks, and the token that says so. */
export interface Asking {
  readonly actor: Authenticated
  readonly presented: PresentedToken
}

/**
 * `not_fresh`: who asks must sign in again first. `already_confirmed`: there is an app, which must be removed
 * first. `no_enrolment`: nothing is being set up, or not any more.
 */
export type SecondFactorRefusal =
  | 'not_fresh'
  | 'not_authenticated'
  | 'already_confirmed'
  | 'no_enrolment'
  | 'no_factor'
  | 'wrong_code'

export type EnrolOutcome =
  | { readonly kind: 'enrolling'; readonly enrolment: EnrolmentShown }
  | Refused<SecondFactorRefusal>

/** The codes are known this once. */
export type CodesOutcome =
  | { readonly kind: 'made'; readonly codes: readonly Secret[] }
  | Refused<SecondFactorRefusal>

export type ConfirmOutcome =
  | ({ readonly kind: 'confirmed'; readonly codes: readonly Secret[] } & StartedSession)
  | Refused<SecondFactorRefusal>

export type RemoveOutcome =
  | ({ readonly kind: 'removed' } & StartedSession)
  | Refused<SecondFactorRefusal>

export class SecondFactor {
  readonly #deps: SecondFactorDependencies

  constructor(deps: SecondFactorDependencies) {
    this.#deps = deps
  }

  standing({ accountId }: Authenticated): Promise<DueFactors> {
    return this.#deps.factors.standing(accountId)
  }

  /** Begins to set up an authenticator app. */
  async enrol({ actor }: Asking): Promise<EnrolOutcome> {
    const { accounts, factors, sessions } = this.#deps
    if (!sessions.isFresh(actor.session)) return refused('not_fresh')
    const person = await accounts.findById(actor.accountId)
    if (!person) return refused('not_authenticated')
    if ((await factors.standing(person.id)).isNeeded) return refused('already_confirmed')
    return { kind: 'enrolling', enrolment: await factors.enrol(person) }
  }

  /** What is being set up, to be shown again. */
  async enrolment({ accountId, session }: Authenticated): Promise<EnrolmentShown | undefined> {
    const { accounts, factors, sessions } = this.#deps
    const person = sessions.isFresh(session) && (await accounts.findById(accountId))
    return person ? factors.enrolmentOf(person) : undefined
  }

  /** Puts the app to use by its first code. From now on a sign-in needs one. */
  async confirm({ actor, presented }: Asking, id: string, code: Secret): Promise<ConfirmOutcome> {
    const { factors, sessions } = this.#deps
    if (!sessions.isFresh(actor.session)) return refused('not_fresh')
    const confirmed = await factors.confirm(actor.accountId, id as FactorId, code.expose())
    if (confirmed.kind === 'refused') {
      return refused(confirmed.reason === 'expired' ? 'no_enrolment' : confirmed.reason)
    }
    const made = await factors.makeRecoveryCodes(actor.accountId)
    const started = await sessions.endOthers(actor, presented)
    if (!started || made.kind === 'refused') return refused('not_authenticated')
    return { kind: 'confirmed', codes: made.codes, ...started }
  }

  /** Ten new recovery codes; the old ones are dead. */
  async renewCodes({ actor }: Asking): Promise<CodesOutcome> {
    const { factors, sessions } = this.#deps
    if (!sessions.isFresh(actor.session)) return refused('not_fresh')
    return factors.makeRecoveryCodes(actor.accountId)
  }

  /** A password is enough again. */
  async remove({ actor, presented }: Asking, proof: GivenFactor): Promise<RemoveOutcome> {
    const { factors, sessions } = this.#deps
    if (!sessions.isFresh(actor.session)) return refused('not_fresh')
    if (!(await factors.standing(actor.accountId)).isNeeded) return refused('no_factor')
    if (!(await this.#accepts(actor, proof))) return refused('wrong_code')
    await factors.remove(actor.accountId)
    const started = await sessions.endOthers(actor, presented)
    return started ? { kind: 'removed', ...started } : refused('not_authenticated')
  }

  async #accepts({ accountId }: Authenticated, { kind, code }: GivenFactor): Promise<boolean> {
    const { factors } = this.#deps
    const typed = code.expose()
    const outcome =
      kind === 'totp'
        ? await factors.check(accountId, typed)
        : await factors.useRecoveryCode(accountId, typed)
    return outcome.kind === 'accepted'
  }
}
