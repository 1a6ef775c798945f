import { refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { Account, AccountStore } from '../../accounts/index.ts'
import { type HeldFactors, needsTwo, type Proof, secondFactors } from '../../assurance/index.ts'
import type { Audit } from '../../audit/index.ts'
import type { DeviceId, TrustedDevices } from '../../devices/index.ts'
import type { EnrolmentShown, FactorId, Factors } from '../../factors/index.ts'
import type { Origin } from '../../limits/index.ts'
import type { Passkey, PasskeyId, Passkeys } from '../../passkeys/index.ts'
import type { Authenticated, PresentedToken, Sessions } from '../../sessions/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'
import type { GivenFactor, Proving } from '../proving/index.ts'
import { type Asking, confirmation } from '../step-up/index.ts'
import type {
  AddPasskeyOutcome,
  CodesOutcome,
  ConfirmOutcome,
  EnrolOutcome,
  NewPasskey,
  RemoveOutcome,
} from './outcome.ts'

export interface SecondFactorDependencies {
  readonly accounts: Pick<AccountStore, 'findById' | 'startEpoch'>
  readonly factors: Factors
  readonly passkeys: Passkeys
  readonly proving: Proving
  readonly sessions: Sessions
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record'>
  readonly devices: Pick<TrustedDevices, 'remove'>
  /** Who must have a second factor. */
  readonly requiresTwo: (account: Account) => boolean
}

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
  confirm(asking: Asking, id: string, code: Secret): Promise<ConfirmOutcome> {
    return this.#deps.unitOfWork.run(() => this.#confirm(asking, id, code))
  }

  async #confirm({ actor, presented }: Asking, id: string, code: Secret): Promise<ConfirmOutcome> {
    const { factors, audit } = this.#deps
    const before = await factors.heldBy(actor.accountId)
    const epoch = this.#nextEpoch(actor)
    const { start: first } = epoch
    const confirmed = await factors.confirm(actor.accountId, id as FactorId, code.expose(), {
      first,
    })
    if (confirmed.kind === 'refused') {
      return refused(confirmed.reason === 'expired' ? 'no_enrolment' : confirmed.reason)
    }
    await audit.record('totp.added', aboutOf(actor), {})
    const codes = await this.#firstCodes(actor, before)
    const proof = { method: 'totp', at: confirmed.at, factor: id } as const
    const started = await epoch.renew(presented, proof)
    return started ? { kind: 'confirmed', codes, ...started } : refused('not_authenticated')
  }

  /** Ten new recovery codes; the old ones are dead. */
  renewCodes({ actor }: Asking): Promise<CodesOutcome> {
    return this.#deps.unitOfWork.run(() => this.#makeCodes(actor))
  }

  async #makeCodes(actor: Authenticated): Promise<CodesOutcome> {
    const { factors, audit } = this.#deps
    const made = await factors.makeRecoveryCodes(actor.accountId)
    if (made.kind === 'made') await audit.record('recovery_codes.made', aboutOf(actor), {})
    return made
  }

  /** `false` when the account trusts no such device. */
  removeDevice(actor: Authenticated, id: DeviceId): Promise<boolean> {
    const { devices, unitOfWork, audit } = this.#deps
    return unitOfWork.run(async () => {
      const isRemoved = await devices.remove(actor.accountId, id)
      if (isRemoved) await audit.record('device.removed', aboutOf(actor), { device: id })
      return isRemoved
    })
  }

  /** Takes the app away. */
  async remove(
    { actor, presented }: Asking,
    proof: GivenFactor,
    origin: Origin,
  ): Promise<RemoveOutcome> {
    const { factors, audit } = this.#deps
    if (!(await factors.heldBy(actor.accountId)).app) return refused('no_factor')
    return this.#take({ actor, presented }, proof, origin, async (keepsOne) => {
      const isRemoved = await factors.remove(actor.accountId, keepsOne)
      if (isRemoved) await audit.record('totp.removed', aboutOf(actor), {})
      return isRemoved
    })
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
  addPasskey(asking: Asking, given: NewPasskey): Promise<AddPasskeyOutcome> {
    return this.#deps.unitOfWork.run(() => this.#addPasskey(asking, given))
  }

  async #addPasskey(
    { actor, presented }: Asking,
    { response, name }: NewPasskey,
  ): Promise<AddPasskeyOutcome> {
    const { factors, passkeys, audit } = this.#deps
    const { accountId, session } = actor
    const before = await factors.heldBy(accountId)
    const epoch = this.#nextEpoch(actor)
    const made = { boundTo: session.id, name, first: epoch.start }
    const added = await passkeys.register(accountId, response, made)
    if (added.kind === 'refused') return added
    await audit.record('passkey.added', aboutOf(actor), { passkey: added.passkey.id })
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
    origin: Origin,
  ): Promise<RemoveOutcome> {
    const { passkeys, audit } = this.#deps
    const own = await passkeys.list(actor.accountId)
    if (!own.some((passkey) => passkey.id === id)) return refused('no_factor')
    return this.#take({ actor, presented }, proof, origin, async (keepsOne) => {
      const isRemoved = await passkeys.remove(actor.accountId, id as PasskeyId, keepsOne)
      if (isRemoved) await audit.record('passkey.removed', aboutOf(actor), { passkey: id })
      return isRemoved
    })
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
    actor: Authenticated,
    before: HeldFactors,
  ): Promise<readonly Secret[] | undefined> {
    if (needsTwo(before) && before.recoveryCodes > 0) return undefined
    const made = await this.#makeCodes(actor)
    return made.kind === 'made' ? made.codes : undefined
  }

  /** The store decides whether it is the last: two that are taken at the same time would each leave the other. */
  async #take(
    { actor, presented }: Asking,
    proof: GivenFactor,
    origin: Origin,
    take: (keepsOne: boolean) => Promise<boolean>,
  ): Promise<RemoveOutcome> {
    const { accounts, proving, unitOfWork } = this.#deps
    // Before anything is spent that can be used once.
    if (await this.isLastRequired(actor)) return refused('last_factor')
    const account = await accounts.findById(actor.accountId)
    if (!account) return refused('not_authenticated')
    const ceremony = confirmation(actor.session)
    const proved = await proving.prove(account, proof, { ceremony, origin })
    if (proved?.kind === 'limited') return proved
    if (!proved) return this.#refuse(actor, proof)
    // What was proved is spent, whatever comes of it: not part of this unit, which begins with the account.
    return unitOfWork.run(async () => {
      const epoch = this.#nextEpoch(actor)
      if (!(await epoch.start())) return refused('not_authenticated')
      const isTaken = await take(await this.isRequired(actor))
      const started = await epoch.renew(presented)
      if (!isTaken) return refused('last_factor')
      return started ? { kind: 'removed', ...started } : refused('not_authenticated')
    })
  }

  async #refuse(actor: Authenticated, { kind: method }: GivenFactor): Promise<RemoveOutcome> {
    await this.#deps.audit.record('confirmation.refused', aboutOf(actor), { method })
    return refused(method === 'passkey' ? 'passkey_refused' : 'wrong_code')
  }
}

function aboutOf({ accountId, session }: Authenticated) {
  return { subject: accountId, session: session.id }
}
