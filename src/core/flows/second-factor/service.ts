import { type Refused, refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { Account, AccountStore } from '../../accounts/index.ts'
import { type HeldFactors, needsTwo, type Proof, secondFactors } from '../../assurance/index.ts'
import type { EnrolmentShown, FactorId, Factors } from '../../factors/index.ts'
import type { Passkey, PasskeyId, Passkeys, RegistrationRefusal } from '../../passkeys/index.ts'
import type {
  Authenticated,
  PresentedToken,
  Sessions,
  StartedSession,
} from '../../sessions/index.ts'
import type { GivenFactor, Proving } from '../proving/index.ts'
import { type Asking, confirmation } from '../step-up/index.ts'

export interface SecondFactorDependencies {
  readonly accounts: Pick<AccountStore, 'findById' | 'startEpoch'>
  readonly factors: Factors
  readonly passkeys: Passkeys
  readonly proving: Proving
  readonly sessions: Sessions
  /** Who must have a second factor. */
  readonly requiresTwo: (account: Account) => boolean
}

/**
 * `already_confirmed`: there is an app, which must be removed first. `no_enrolment`: nothing is being set up, or not
 * any more. `last_factor`: one is required here, and this is the last.
 */
export type SecondFactorRefusal =
  | 'not_authenticated'
  | 'already_confirmed'
  | 'no_enrolment'
  | 'no_factor'
  | 'wrong_code'
  | 'last_factor'
  | RegistrationRefusal

type Refusal = Refused<SecondFactorRefusal>

export type EnrolOutcome =
  | { readonly kind: 'enrolling'; readonly enrolment: EnrolmentShown }
  | Refusal

/** The codes are known this once. */
export type CodesOutcome = { readonly kind: 'made'; readonly codes: readonly Secret[] } | Refusal

/** With the first second factor of an account come its recovery codes, known this once. */
export type ConfirmOutcome =
  | ({
      readonly kind: 'confirmed'
      readonly codes: readonly Secret[] | undefined
    } & StartedSession)
  | Refusal

export type AddPasskeyOutcome =
  | ({
      readonly kind: 'added'
      readonly passkey: Passkey
      readonly codes: readonly Secret[] | undefined
    } & StartedSession)
  | Refusal

export type RemoveOutcome = ({ readonly kind: 'removed' } & StartedSession) | Refusal

/**
 * What the owner of an account does with its second factors. Whether they have proved lately who they are is asked
 * before (see the table of routes); to take a factor away needs one more proof, in the same request. Every other
 * session ends with a change.
 */
export class SecondFactor {
  readonly #deps: SecondFactorDependencies

  constructor(deps: SecondFactorDependencies) {
    this.#deps = deps
  }

  heldBy({ accountId }: Authenticated): Promise<HeldFactors> {
    return this.#deps.factors.heldBy(accountId)
  }

  /** Must the account have a second factor? */
  async isRequired({ accountId }: Authenticated): Promise<boolean> {
    const person = await this.#deps.accounts.findById(accountId)
    return person !== undefined && this.#deps.requiresTwo(person)
  }

  /** Is there a second factor that must stay? */
  async isLastRequired(actor: Authenticated): Promise<boolean> {
    return (await this.isRequired(actor)) && secondFactors(await this.heldBy(actor)) <= 1
  }

  /** Begins to set up an authenticator app. */
  async enrol({ actor }: Asking): Promise<EnrolOutcome> {
    const { accounts, factors } = this.#deps
    const person = await accounts.findById(actor.accountId)
    if (!person) return refused('not_authenticated')
    if ((await factors.heldBy(person.id)).app) return refused('already_confirmed')
    return { kind: 'enrolling', enrolment: await factors.enrol(person) }
  }

  /** What is being set up, to be shown again. */
  async enrolment({ accountId }: Authenticated, id: string): Promise<EnrolmentShown | undefined> {
    const { accounts, factors } = this.#deps
    const person = await accounts.findById(accountId)
    return person ? factors.enrolmentOf(person, id as FactorId) : undefined
  }

  /** Puts the app to use by its first code. From now on a sign-in needs one. */
  async confirm({ actor, presented }: Asking, id: string, code: Secret): Promise<ConfirmOutcome> {
    const { factors } = this.#deps
    const before = await factors.heldBy(actor.accountId)
    const epoch = this.#nextEpoch(actor)
    const { start: first } = epoch
    const confirmed = await factors.confirm(actor.accountId, id as FactorId, code.expose(), {
      first,
    })
    if (confirmed.kind === 'refused') {
      return refused(confirmed.reason === 'expired' ? 'no_enrolment' : confirmed.reason)
    }
    const codes = await this.#firstCodes(actor, before)
    const proof = { method: 'totp', at: confirmed.at, factor: id } as const
    const started = await epoch.renew(presented, proof)
    return started ? { kind: 'confirmed', codes, ...started } : refused('not_authenticated')
  }

  /** Ten new recovery codes; the old ones are dead. */
  renewCodes({ actor }: Asking): Promise<CodesOutcome> {
    return this.#deps.factors.makeRecoveryCodes(actor.accountId)
  }

  /** Takes the app away. */
  async remove({ actor, presented }: Asking, proof: GivenFactor): Promise<RemoveOutcome> {
    const { factors } = this.#deps
    if (!(await factors.heldBy(actor.accountId)).app) return refused('no_factor')
    return this.#take({ actor, presented }, proof, (keepsOne) =>
      factors.remove(actor.accountId, keepsOne),
    )
  }

  passkeys({ accountId }: Authenticated): Promise<Passkey[]> {
    return this.#deps.passkeys.list(accountId)
  }

  /** What a browser needs to make a passkey. */
  async passkeyOptions({ accountId, session }: Authenticated): Promise<object | undefined> {
    const person = await this.#deps.accounts.findById(accountId)
    return person && this.#deps.passkeys.creationOptions(person, session.id)
  }

  /** Adds the passkey that a browser has made. */
  async addPasskey(
    { actor, presented }: Asking,
    { response, name }: { readonly response: unknown; readonly name: string },
  ): Promise<AddPasskeyOutcome> {
    const { factors, passkeys } = this.#deps
    const { accountId, session } = actor
    const before = await factors.heldBy(accountId)
    const epoch = this.#nextEpoch(actor)
    const made = { boundTo: session.id, name, first: epoch.start }
    const added = await passkeys.register(accountId, response, made)
    if (added.kind === 'refused') return added
    const codes = await this.#firstCodes(actor, before)
    const started = await epoch.renew(presented, added.proof)
    if (!started) return refused('not_authenticated')
    return { kind: 'added', passkey: added.passkey, codes, ...started }
  }

  renamePasskey(
    { accountId }: Authenticated,
    id: string,
    name: string,
  ): Promise<'renamed' | 'bad_name' | 'no_passkey'> {
    return this.#deps.passkeys.rename(accountId, id as PasskeyId, name)
  }

  /** Takes a passkey away; it may be the one that proves it. */
  async removePasskey(
    { actor, presented }: Asking,
    id: string,
    proof: GivenFactor,
  ): Promise<RemoveOutcome> {
    const { passkeys } = this.#deps
    const own = await passkeys.list(actor.accountId)
    if (!own.some((passkey) => passkey.id === id)) return refused('no_factor')
    return this.#take({ actor, presented }, proof, (keepsOne) =>
      passkeys.remove(actor.accountId, id as PasskeyId, keepsOne),
    )
  }

  /**
   * One begins before the change is made: nothing is changed by a session that was ended meanwhile, and where we fail
   * after the change the others are signed out all the same. And one after it, for who signed in between the two.
   */
  #nextEpoch(actor: Authenticated) {
    const { accounts, sessions } = this.#deps
    let begun: Account | undefined
    return {
      start: async () => {
        begun = await sessions.startEpochAfter(actor)
        return begun !== undefined
      },
      renew: async (replaces: PresentedToken, proof?: Proof) => {
        const next = begun && (await accounts.startEpoch(begun.id, begun.epoch))
        return next && sessions.renew(actor.session, next, { replaces, ...(proof && { proof }) })
      },
    }
  }

  /** Codes that somebody keeps already stay good: new ones would make them worthless without a word. */
  async #firstCodes(
    { accountId }: Authenticated,
    before: HeldFactors,
  ): Promise<readonly Secret[] | undefined> {
    if (needsTwo(before) && before.recoveryCodes > 0) return undefined
    const made = await this.#deps.factors.makeRecoveryCodes(accountId)
    return made.kind === 'made' ? made.codes : undefined
  }

  /** The store decides whether it is the last: two that are taken at the same time would each leave the other. */
  async #take(
    { actor, presented }: Asking,
    proof: GivenFactor,
    take: (keepsOne: boolean) => Promise<boolean>,
  ): Promise<RemoveOutcome> {
    const { proving } = this.#deps
    // Before anything is spent that can be used once.
    if (await this.isLastRequired(actor)) return refused('last_factor')
    const ceremony = confirmation(actor.session)
    if (!(await proving.prove(actor.accountId, proof, { ceremony }))) {
      return refused(proof.kind === 'passkey' ? 'passkey_refused' : 'wrong_code')
    }
    const epoch = this.#nextEpoch(actor)
    if (!(await epoch.start())) return refused('not_authenticated')
    const isTaken = await take(await this.isRequired(actor))
    const started = await epoch.renew(presented)
    if (!isTaken) return refused('last_factor')
    return started ? { kind: 'removed', ...started } : refused('not_authenticated')
  }
}
