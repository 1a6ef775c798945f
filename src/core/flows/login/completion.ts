import { refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { Account } from '../../accounts/index.ts'
import {
  type Due,
  type HeldFactors,
  levelOf,
  needsTwo,
  type Proof,
  stillDue,
} from '../../assurance/index.ts'
import type { Audit, LoginCause } from '../../audit/index.ts'
import type { TrustedDevices } from '../../devices/index.ts'
import type { Factors } from '../../factors/index.ts'
import type { Limits } from '../../limits/index.ts'
import type { Passwords } from '../../passwords/index.ts'
import type { Sessions } from '../../sessions/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'
import type { Completed, LoginRequest } from './outcome.ts'
import type { Waiting } from './waiting.ts'

export interface CompletionDependencies {
  readonly factors: Pick<Factors, 'heldBy'>
  readonly devices: Pick<TrustedDevices, 'isTrusted' | 'trust'>
  readonly waiting: Waiting
  readonly sessions: Pick<Sessions, 'start' | 'endById'>
  readonly passwords: Pick<Passwords, 'succeeded' | 'isCapped'>
  readonly limits: Pick<Limits, 'isKnown'>
  /** What a session that begins is written in; one that is not in the database is before what is noted of it. */
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record'>
  /** Who must have a second factor. */
  readonly requiresTwo: (account: Account) => boolean
}

/** What is known when the last step has been taken. */
interface SignIn {
  readonly account: Account
  readonly proofs: readonly Proof[]
  readonly held: HeldFactors
  readonly isTrusted: boolean
  readonly request: LoginRequest
}

/** The end of every sign-in, whatever its methods are. */
export class Completion {
  readonly #deps: CompletionDependencies

  constructor(deps: CompletionDependencies) {
    this.#deps = deps
  }

  /** Must this account have a second factor? */
  requiresTwo(account: Account): boolean {
    return this.#deps.requiresTwo(account)
  }

  /**
   * The only way to a session: if what was proved is enough, one begins; else a sign-in waits for what is due.
   * `'overtaken'`: all that the account had was ended meanwhile, and what was proved may not hold any more.
   */
  async completeLogin(
    account: Account,
    proofs: readonly Proof[],
    request: LoginRequest,
  ): Promise<Completed | 'overtaken'> {
    const { factors, unitOfWork, requiresTwo } = this.#deps
    const held = await factors.heldBy(account.id)
    const isTrusted = await this.#isTrusted(account, held, request)
    const due = stillDue(proofs, held, { isRequired: requiresTwo(account), isTrusted })
    const signIn = { account, proofs, held, isTrusted, request }
    return unitOfWork.run(() =>
      due.kind === 'nothing' ? this.#begin(signIn) : this.#wait(signIn, due),
    )
  }

  /** Something else is due. */
  async #wait(
    { account, proofs, request }: SignIn,
    due: Exclude<Due, { readonly kind: 'nothing' }>,
  ): Promise<Completed> {
    const { passwords, waiting, audit } = this.#deps
    // Whoever sets up the first factor proves nothing by it but the password.
    if (due.kind === 'enrolment' && !this.#isProvedOtherwise(account, proofs, request)) {
      if (await passwords.isCapped(account.id)) return this.#refuse(account, 'password_capped')
    }
    const pending = await waiting.begin(account, proofs, due, request)
    const methods = proofs.map(({ method }) => method)
    await audit.record('login.waiting', { subject: account.id }, { methods, due: due.kind })
    return pending
  }

  async #begin(signIn: SignIn): Promise<Completed | 'overtaken'> {
    const { passwords, sessions, audit } = this.#deps
    const { account, proofs, held, isTrusted, request } = signIn
    const isProvedOtherwise = this.#isProvedOtherwise(account, proofs, request)
    // Mostly there are no failures to forget, and nothing is written. Who fails meanwhile does so after this sign-in.
    const hasFailed = held.wrongPasswords > 0
    if (hasFailed && !(await passwords.succeeded(account.id, isProvedOtherwise))) {
      return this.#refuse(account, 'password_capped')
    }
    const { kind, client, presented } = request
    const level = levelOf(proofs, held)
    const isFull = level === 'aal2'
    const noted = isTrusted && !isFull ? [...proofs, trustedSince(proofs)] : proofs
    const started = await sessions.start(account, {
      kind,
      proofs: noted,
      client,
      replaces: presented,
    })
    if (started === 'overtaken') return started
    if (started === 'full') return this.#refuse(account, 'too_many_sessions')
    const { ended, ...begun } = started
    const about = { subject: account.id, session: begun.session.id }
    const methods = noted.map(({ method }) => method)
    try {
      await audit.record('login.succeeded', about, { methods, level })
    } catch (error) {
      // A session that is not in the database stands already, and nobody will be given its token.
      await sessions.endById(account.id, begun.session.id).catch(() => undefined)
      throw error
    }
    // Where no token came along none was replaced: the account had as many as it may have.
    const cause = presented ? 'replaced' : 'too_many_sessions'
    for (const { accountId: subject, id: session } of ended) {
      await audit.record('session.ended', { subject, session }, { cause })
    }
    // A session that ended another one may be in the next epoch.
    const now = { ...account, epoch: begun.session.epoch }
    const device = isFull && held.app ? await this.#trust(now, request) : undefined
    return { kind: 'signed_in', account, ...begun, ...(device && { device }) }
  }

  async #refuse(
    { id: subject }: Account,
    cause: Extract<LoginCause, 'password_capped' | 'too_many_sessions'>,
  ): Promise<Completed> {
    await this.#deps.audit.record('login.refused', { actor: 'stranger', subject }, { cause })
    return refused(cause === 'password_capped' ? 'invalid_credentials' : cause)
  }

  /** By more than a password that many have guessed at: by something else, or where the owner has been before. */
  #isProvedOtherwise(
    account: Account,
    proofs: readonly Proof[],
    { origin }: LoginRequest,
  ): boolean {
    const isOther = proofs.some(({ method }) => method !== 'password')
    return isOther || this.#deps.limits.isKnown(account.canonicalEmail, origin)
  }

  /** Asked only where it can save something. */
  async #isTrusted(
    account: Account,
    held: HeldFactors,
    { device }: LoginRequest,
  ): Promise<boolean> {
    return needsTwo(held) && (await this.#deps.devices.isTrusted(account, device))
  }

  /** After a full sign-in alone: trust is never handed on by trust. */
  async #trust(account: Account, { trusts, client }: LoginRequest): Promise<Secret | undefined> {
    if (!trusts) return undefined
    const { devices, audit } = this.#deps
    const device = await devices.trust(account, client)
    if (device) await audit.record('device.trusted', { subject: account.id }, {})
    return device
  }
}

/** What saved the second step is noted beside what was proved. */
function trustedSince(proofs: readonly Proof[]): Proof {
  return { method: 'trusted_device', at: (proofs.at(-1) as Proof).at }
}
