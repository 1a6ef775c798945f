import { type Refused, refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { TokenKind } from '../../../kernel/token.ts'
import type { Account } from '../../accounts/index.ts'
import {
  type HeldFactors,
  levelOf,
  needsTwo,
  type OfferedProof,
  type Proof,
  stillDue,
} from '../../assurance/index.ts'
import type { TrustedDevices } from '../../devices/index.ts'
import type { Factors } from '../../factors/index.ts'
import type { Client, PresentedToken, Sessions, StartedSession } from '../../sessions/index.ts'
import type { Waiting } from './waiting.ts'

export interface CompletionDependencies {
  readonly factors: Pick<Factors, 'heldBy'>
  readonly devices: Pick<TrustedDevices, 'isTrusted' | 'trust'>
  readonly waiting: Waiting
  readonly sessions: Pick<Sessions, 'start'>
  /** Who must have a second factor. */
  readonly requiresTwo: (account: Account) => boolean
}

/** What is the same however somebody proves who they are. */
export interface LoginRequest {
  /** How the session's token will travel. */
  readonly kind: TokenKind
  readonly client: Client
  /** The token that this request carried, if any. */
  readonly presented?: PresentedToken | undefined
  /** The token of a device that somebody trusts, if the request carried one. */
  readonly device?: Secret | undefined
  /** Is this device to be trusted from now on? */
  readonly trusts?: boolean | undefined
  /** Given when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

export interface SignedIn extends StartedSession {
  readonly kind: 'signed_in'
  readonly account: Account
  /** How many recovery codes are left, where one was used. */
  readonly recoveryCodesLeft?: number
  /** By which this device is trusted from now on, where that was asked for. */
  readonly device?: Secret
}

/** Something was proved, and something else is due: there is no session yet. */
export interface FactorRequired {
  readonly kind: 'factor_required'
  /** With what to go on: the only time that it is known. */
  readonly pending: Secret
  readonly sessionKind: TokenKind
  readonly factors: readonly OfferedProof[]
}

/** A second factor is required here, and the account has none yet: one is set up before there is a session. */
export interface EnrolmentRequired {
  readonly kind: 'enrolment_required'
  readonly pending: Secret
  readonly sessionKind: TokenKind
}

export type Completed = SignedIn | FactorRequired | EnrolmentRequired | Refused<'too_many_sessions'>

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
    const { factors, sessions, waiting, requiresTwo } = this.#deps
    const held = await factors.heldBy(account.id)
    const isTrusted = await this.#isTrusted(account, held, request)
    const due = stillDue(proofs, held, { isRequired: requiresTwo(account), isTrusted })
    if (due.kind !== 'nothing') return waiting.begin(account, proofs, due, request)

    const { kind, client, presented } = request
    const started = await sessions.start(account, { kind, proofs, client, replaces: presented })
    if (started === 'full') return refused('too_many_sessions')
    if (started === 'overtaken') return started
    const device = await this.#trust(account, proofs, held, request)
    return { kind: 'signed_in', account, ...started, ...(device && { device }) }
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
  async #trust(
    account: Account,
    proofs: readonly Proof[],
    held: HeldFactors,
    { trusts, client }: LoginRequest,
  ): Promise<Secret | undefined> {
    if (!trusts || !held.app || levelOf(proofs, held) !== 'aal2') return undefined
    return this.#deps.devices.trust(account, client)
  }
}
