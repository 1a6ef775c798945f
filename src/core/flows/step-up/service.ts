import type { Clock } from '../../../kernel/clock.ts'
import { type Refused, refused } from '../../../kernel/outcome.ts'
import type { Account, AccountStore } from '../../accounts/index.ts'
import { type Due, type OfferedProof, type Proof, stillDue } from '../../assurance/index.ts'
import type { Audit } from '../../audit/index.ts'
import type { Factors } from '../../factors/index.ts'
import type { Limited, Limits, Origin } from '../../limits/index.ts'
import type { Ceremony, Passkeys } from '../../passkeys/index.ts'
import type { Passwords } from '../../passwords/index.ts'
import type {
  Authenticated,
  PresentedToken,
  Session,
  Sessions,
  StartedSession,
} from '../../sessions/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'
import { countWrongPassword, type GivenProof, type Proved, type Proving } from '../proving/index.ts'

export interface StepUpDependencies {
  readonly factors: Pick<Factors, 'heldBy'>
  readonly passkeys: Pick<Passkeys, 'requestOptions'>
  readonly proving: Proving
  readonly sessions: Pick<Sessions, 'provedLately' | 'prove'>
  readonly accounts: Pick<AccountStore, 'findById'>
  readonly passwords: Pick<Passwords, 'failed' | 'succeeded'>
  readonly limits: Pick<Limits, 'isKnown'>
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record'>
  readonly clock: Clock
}

/** Who asks, and the token that says so. */
export interface Asking {
  readonly actor: Authenticated
  readonly presented: PresentedToken
}

/** What could prove now who somebody is; with none, nothing that the account has. */
export type Offers = readonly OfferedProof[]

export type StepUpOutcome =
  /** It was right. `offers` is what is asked for next, `undefined` when nothing is. */
  | ({
      readonly kind: 'proved'
      readonly offers: Offers | undefined
      readonly recoveryCodesLeft?: number
    } & StartedSession)
  | Limited
  | Refused<'wrong_password' | 'wrong_code' | 'passkey_refused' | 'not_authenticated'>

/**
 * Asks again who somebody is, before they do what is sensitive. By the rule of a sign-in, with what was proved
 * lately: so a session that was stolen, or left open, is not enough, and a trusted device saves nothing.
 */
export class StepUp {
  readonly #deps: StepUpDependencies

  constructor(deps: StepUpDependencies) {
    this.#deps = deps
  }

  /** What must be proved first; `undefined` when enough was lately. @param also - What the request itself proves. */
  async due({ accountId, session }: Authenticated, also?: Proof): Promise<Offers | undefined> {
    const { factors, sessions } = this.#deps
    const lately = sessions.provedLately(session)
    const due = stillDue(also ? [...lately, also] : lately, await factors.heldBy(accountId))
    return offersOf(due)
  }

  /** Takes one proof. The session goes on under a new token. */
  async prove(
    { actor, presented }: Asking,
    given: GivenProof,
    { origin, signal }: { readonly origin: Origin; readonly signal?: AbortSignal },
  ): Promise<StepUpOutcome> {
    const { accounts, proving } = this.#deps
    const { accountId, session } = actor
    const account = await accounts.findById(accountId)
    if (!account) return refused('not_authenticated')
    // A code that is not asked for is not looked at: whoever has a session, and nothing else, could disable the app
    // by guessing, or use up recovery codes.
    const asked = [...always, ...((await this.due(actor)) ?? [])]
    if (!asked.includes(given.kind)) return refused(refusals[given.kind])
    const ceremony = confirmation(session)
    const isEnough = (proved: Proved) => this.#isEnough(account, proved, origin)
    const proved = await proving.prove(account, given, { ceremony, origin, isEnough, signal })
    if (proved?.kind === 'limited') return proved
    return this.#deps.unitOfWork.run(() =>
      proved ? this.#goOn({ actor, presented }, proved) : this.#refuse({ actor, presented }, given),
    )
  }

  async #goOn(
    { actor: { accountId, session }, presented }: Asking,
    { proof, recoveryCodesLeft }: Proved,
  ): Promise<StepUpOutcome> {
    const { sessions, audit } = this.#deps
    const started = await sessions.prove(session, { replaces: presented, proof })
    if (!started) return refused('not_authenticated')
    const about = { subject: accountId, session: started.session.id }
    await audit.record('confirmation.succeeded', about, { method: proof.method })
    const offers = await this.due({ accountId, session: started.session })
    const left = recoveryCodesLeft === undefined ? {} : { recoveryCodesLeft }
    return { kind: 'proved', offers, ...left, ...started }
  }

  async #refuse({ actor }: Asking, given: GivenProof): Promise<StepUpOutcome> {
    const about = { subject: actor.accountId, session: actor.session.id }
    await this.#deps.audit.record('confirmation.refused', about, { method: given.kind })
    if (given.kind === 'password') await countWrongPassword(this.#deps, actor.accountId, about)
    return refused(refusals[given.kind])
  }

  /** A password that too many have guessed at proves nothing where its owner has not been before. */
  async #isEnough(account: Account, { proof }: Proved, origin: Origin): Promise<boolean> {
    const { passwords, limits } = this.#deps
    if (proof.method !== 'password') return true
    return passwords.succeeded(account.id, limits.isKnown(account.canonicalEmail, origin))
  }

  /** What a browser needs to ask for a passkey of whoever is signed in. */
  passkeyOptions({ accountId, session }: Authenticated): Promise<object> {
    return this.#deps.passkeys.requestOptions(confirmation(session), accountId)
  }
}

/** Nothing of these is used up by guessing. */
const always: Offers = ['password', 'passkey']

const refusals = {
  password: 'wrong_password',
  totp: 'wrong_code',
  recovery_code: 'wrong_code',
  passkey: 'passkey_refused',
} as const

function offersOf(due: Due): Offers | undefined {
  return due.kind === 'proof' ? due.offers : undefined
}

/** What a passkey of somebody who is signed in is asked for. */
export function confirmation({ id }: Session): Ceremony {
  return { purpose: 'confirmation', boundTo: id }
}
