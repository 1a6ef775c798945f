import { refused } from '../../../kernel/outcome.ts'
import type { Secret } from '../../../kernel/secret.ts'
import type { Account } from '../../accounts/index.ts'
import { type HeldFactors, levelOf, needsTwo, type Proof, stillDue } from '../../assurance/index.ts'
import type { TrustedDevices } from '../../devices/index.ts'
import type { Factors } from '../../factors/index.ts'
import type { Sessions } from '../../sessions/index.ts'
import type { Completed, LoginRequest } from './outcome.ts'
import type { Waiting } from './waiting.ts'

export interface CompletionDependencies {
  readonly factors: Pick<Factors, 'heldBy'>
  readonly devices: Pick<TrustedDevices, 'isTrusted' | 'trust'>
  readonly waiting: Waiting
  readonly sessions: Pick<Sessions, 'start'>
  /** Who must have a second factor. */
  readonly requiresTwo: (account: Account) => boolean
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
    const { factors, sessions, waiting, requiresTwo } = this.#deps
    const held = await factors.heldBy(account.id)
    const isTrusted = await this.#isTrusted(account, held, request)
    const due = stillDue(proofs, held, { isRequired: requiresTwo(account), isTrusted })
    if (due.kind !== 'nothing') return waiting.begin(account, proofs, due, request)

    const { kind, client, presented } = request
    const isFull = levelOf(proofs, held) === 'aal2'
    const started = await sessions.start(account, {
      kind,
      proofs: isTrusted && !isFull ? [...proofs, trustedSince(proofs)] : proofs,
      client,
      replaces: presented,
    })
    if (started === 'full') return refused('too_many_sessions')
    if (started === 'overtaken') return started
    // A session that ended another one may be in the next epoch.
    const now = { ...account, epoch: started.session.epoch }
    const device = isFull && held.app ? await this.#trust(now, request) : undefined
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
  async #trust(account: Account, { trusts, client }: LoginRequest): Promise<Secret | undefined> {
    return trusts ? this.#deps.devices.trust(account, client) : undefined
  }
}

/** What saved the second step is noted beside what was proved. */
function trustedSince(proofs: readonly Proof[]): Proof {
  return { method: 'trusted_device', at: (proofs.at(-1) as Proof).at }
}
