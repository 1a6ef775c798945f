import { type Refused, refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { Account, AccountStore } from '../../accounts/index.ts'
import { type Proof, stillDue } from '../../assurance/index.ts'
import type { Audit } from '../../audit/index.ts'
import type { EnrolmentShown, FactorId, Factors } from '../../factors/index.ts'
import type { Passkeys, RegistrationRefusal } from '../../passkeys/index.ts'
import type { Revocations } from '../../sessions/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'
import type { Completion, LoginRequest, SignedIn, Waiting, WaitingLogin } from '../login/index.ts'

export interface EnrolmentDependencies {
  readonly accounts: Pick<AccountStore, 'startEpoch'>
  readonly factors: Factors
  readonly passkeys: Passkeys
  readonly waiting: Waiting
  readonly completion: Completion
  readonly revocations: Revocations
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record'>
}

/** `login_expired`: the sign-in is over, or something else is due in it. */
export type EnrolmentRefusal =
  | 'login_expired'
  | 'no_enrolment'
  | 'wrong_code'
  | 'too_many_sessions'
  | RegistrationRefusal

/** Signed in at last. The codes are known this once. */
export type EnrolledOutcome =
  | (SignedIn & { readonly codes: readonly Secret[] })
  | Refused<EnrolmentRefusal>

export interface EnrolmentAttempt extends Omit<LoginRequest, 'kind'> {
  /** Of the sign-in that waits for it. */
  readonly pending: Secret
}

/** Sets up a second factor on the way in, where one is required and the account has none. */
export class Enrolment {
  readonly #deps: EnrolmentDependencies

  constructor(deps: EnrolmentDependencies) {
    this.#deps = deps
  }

  /** Begins to set up an authenticator app. */
  async begin(pending: Secret): Promise<EnrolmentShown | undefined> {
    const found = await this.#waitingFor(pending)
    return found && this.#deps.factors.enrol(found.account)
  }

  /** What is being set up, to be shown again. */
  async shown(pending: Secret, id: string): Promise<EnrolmentShown | undefined> {
    const found = await this.#waitingFor(pending)
    return found && this.#deps.factors.enrolmentOf(found.account, id as FactorId)
  }

  /** What a browser needs to make a passkey. */
  async passkeyOptions(token: Secret): Promise<object | undefined> {
    const found = await this.#waitingFor(token)
    return found && this.#deps.passkeys.creationOptions(found.account, found.pending.tokenHash)
  }

  /** The first code of the app: with it the sign-in is complete. */
  async withApp(
    { pending, ...request }: EnrolmentAttempt,
    id: string,
    code: Secret,
  ): Promise<EnrolledOutcome> {
    const found = await this.#waitingFor(pending)
    if (!found) return refused('login_expired')
    const { factors, unitOfWork, audit } = this.#deps
    return unitOfWork.run(async () => {
      const turn = this.#takeTurn(found)
      const { take: first } = turn
      const owner = found.account.id
      const confirmed = await factors.confirm(owner, id as FactorId, code.expose(), { first })
      if (confirmed.kind === 'refused') {
        return refused(confirmed.reason === 'wrong_code' ? 'wrong_code' : 'no_enrolment')
      }
      await audit.record('totp.added', { subject: owner }, {})
      return turn.finish({ method: 'totp', at: confirmed.at, factor: id }, request)
    })
  }

  /** A passkey instead. */
  async withPasskey(
    { pending, ...request }: EnrolmentAttempt,
    { response, name }: { readonly response: unknown; readonly name: string },
  ): Promise<EnrolledOutcome> {
    const found = await this.#waitingFor(pending)
    if (!found) return refused('login_expired')
    const { passkeys, unitOfWork, audit } = this.#deps
    return unitOfWork.run(async () => {
      const turn = this.#takeTurn(found)
      const owner = found.account.id
      const made = { boundTo: found.pending.tokenHash, name, first: turn.take }
      const added = await passkeys.register(owner, response, made)
      if (added.kind === 'refused') return added
      await audit.record('passkey.added', { subject: owner }, { passkey: added.passkey.id })
      return turn.finish(added.proof, request)
    })
  }

  /**
   * Of two that set a factor up at the same time one goes on, and the other one adds nothing: the epoch is begun before.
   * Sessions from before it was required end with it; this sign-in is the first of the next.
   */
  #takeTurn({ pending, account }: WaitingLogin) {
    const { accounts, factors, waiting, completion, revocations, audit } = this.#deps
    let begun: Account | undefined
    return {
      take: async () => {
        if (!(await waiting.end(pending))) return false
        begun = await accounts.startEpoch(account.id, pending.epoch)
        await revocations.announce([{ account: account.id }])
        return begun?.status === 'active'
      },
      finish: async (
        proof: Proof,
        request: Omit<LoginRequest, 'kind'>,
      ): Promise<EnrolledOutcome> => {
        // Once more: whoever has begun between the two goes on with nothing.
        const next = begun && (await accounts.startEpoch(account.id, begun.epoch))
        if (!next) return refused('login_expired')
        const made = await factors.makeRecoveryCodes(account.id)
        if (made.kind === 'refused') return refused('login_expired')
        await audit.record('recovery_codes.made', { subject: account.id }, {})
        const proofs = [...pending.proofs, proof]
        const completed = { ...request, kind: pending.kind }
        const outcome = await completion.completeLogin(next, proofs, completed)
        if (outcome === 'overtaken') return refused('login_expired')
        if (outcome.kind === 'signed_in') return { ...outcome, codes: made.codes }
        const isFull = outcome.kind === 'refused' && outcome.reason === 'too_many_sessions'
        return refused(isFull ? 'too_many_sessions' : 'login_expired')
      },
    }
  }

  /** Only where nothing else is due: who has a second factor gives that. */
  async #waitingFor(token: Secret): Promise<WaitingLogin | undefined> {
    const { waiting, factors, completion } = this.#deps
    const found = await waiting.find(token)
    if (!found || !completion.requiresTwo(found.account)) return undefined
    const held = await factors.heldBy(found.account.id)
    const due = stillDue(found.pending.proofs, held, { isRequired: true })
    return due.kind === 'enrolment' ? found : undefined
  }
}
