import { type Clock, plus } from '../../../kernel/clock.ts'
import type { Random } from '../../../kernel/random.ts'
import type { Secret } from '../../../kernel/secret.ts'
import { hashOfToken, mintToken, type TokenHash } from '../../../kernel/token.ts'
import type { Account, AccountStore } from '../../accounts/index.ts'
import type { Due, Proof } from '../../assurance/index.ts'
import type { EnrolmentRequired, FactorRequired, LoginRequest } from './outcome.ts'
import { enrolmentTime, maxTries, type PendingLogin, pendingLifetime } from './pending.ts'
import type { PendingLoginStore } from './pending-store.ts'

export interface WaitingDependencies {
  readonly accounts: Pick<AccountStore, 'findById'>
  readonly store: PendingLoginStore
  readonly clock: Clock
  readonly random: Random
}

/** A sign-in that waits, and whose it is. */
export interface WaitingLogin {
  readonly pending: PendingLogin
  readonly account: Account
}

/** Sign-ins that wait for what is due. */
export class Waiting {
  readonly #deps: WaitingDependencies

  constructor(deps: WaitingDependencies) {
    this.#deps = deps
  }

  async begin(
    account: Account,
    proofs: readonly Proof[],
    due: Exclude<Due, { readonly kind: 'nothing' }>,
    { kind, client }: LoginRequest,
  ): Promise<FactorRequired | EnrolmentRequired> {
    const { store, clock, random } = this.#deps
    const token = mintToken('pending', random)
    const now = clock.now()
    await store.insert({
      tokenHash: hashOfToken('pending', token.expose()) as TokenHash,
      accountId: account.id,
      epoch: account.epoch,
      kind,
      client,
      proofs,
      createdAt: now,
      expiresAt: plus(now, due.kind === 'enrolment' ? enrolmentTime : pendingLifetime),
      tries: 0,
    })
    const waiting = { pending: token, sessionKind: kind }
    return due.kind === 'enrolment'
      ? { kind: 'enrolment_required', ...waiting }
      : { kind: 'factor_required', ...waiting, factors: due.offers }
  }

  /** The sign-in of this token, if it can be gone on with. Counts nothing. */
  async find(token: Secret): Promise<WaitingLogin | undefined> {
    const { store, clock } = this.#deps
    const hash = hashOfToken('pending', token.expose())
    const pending = hash && (await store.findLive(hash, clock.now()))
    return pending && pending.tries < maxTries ? this.#ofAccount(pending) : undefined
  }

  /** The same, counted as a try: of any number of parallel callers five are given it. */
  async takeTry(token: Secret): Promise<WaitingLogin | undefined> {
    const { store, clock } = this.#deps
    const hash = hashOfToken('pending', token.expose())
    const pending = hash && (await store.takeTry(hash, clock.now(), maxTries))
    return pending && this.#ofAccount(pending)
  }

  /** Of any number of parallel callers one may go on. */
  end({ tokenHash }: PendingLogin): Promise<boolean> {
    return this.#deps.store.end(tokenHash)
  }

  /** Removes sign-ins that nobody went on with, a batch at a time. */
  async sweep(): Promise<void> {
    const { store, clock } = this.#deps
    const batch = 500
    while ((await store.sweep(clock.now(), batch)) === batch);
  }

  async #ofAccount(pending: PendingLogin): Promise<WaitingLogin | undefined> {
    const account = await this.#deps.accounts.findById(pending.accountId)
    return account && isStillOf(pending, account) ? { pending, account } : undefined
  }
}

/** What was proved is good for the epoch in which it was: the next may have begun with another password. */
function isStillOf({ epoch }: PendingLogin, account: Account): boolean {
  return account.status === 'active' && account.epoch === epoch
}
