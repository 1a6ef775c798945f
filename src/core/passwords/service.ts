import type { Instant } from '../../kernel/clock.ts'
import { OverloadedError } from '../../kernel/errors.ts'
import type { AccountId } from '../accounts/index.ts'
import type { PasswordHasher } from './hasher.ts'
import type { PasswordJudge, PasswordPreview } from './judge.ts'
import type { PasswordHash, StoredPassword } from './password.ts'
import type { Plaintext } from './plaintext.ts'
import { type BrokenRule, maxPasswordFailures } from './policy.ts'
import type { PasswordStore } from './store.ts'

export interface PasswordDependencies {
  readonly hasher: PasswordHasher
  readonly store: PasswordStore
  readonly judge: PasswordJudge
  /** Told of what goes wrong in the background. */
  readonly report: (error: unknown) => void
}

/** A password was verified. */
export interface PasswordProof {
  readonly matches: boolean
  /** What it was verified against, if the account has a password. */
  readonly hash: PasswordHash | undefined
  /** It matches, and the hash should be replaced: see {@link Passwords.upgrade}. */
  readonly needsRehash: boolean
}

export class Passwords {
  readonly #deps: PasswordDependencies
  readonly #decoy: StoredPassword
  readonly #upgrades = new Set<Promise<void>>()

  constructor(deps: PasswordDependencies) {
    this.#deps = deps
    this.#decoy = { hash: deps.hasher.decoy(), normalForm: 'nfc' }
  }

  /** The rules that a new password breaks. `about` holds what is known of the person. */
  async check(password: Plaintext, about: readonly string[]): Promise<BrokenRule[]> {
    const { hasher, judge } = this.#deps
    const refusal = hasher.refusal(password)
    return refusal ? [{ rule: refusal }] : judge.check(password, about)
  }

  /** What to say of a password that is still being typed: by the rules of {@link check}. */
  async preview(password: Plaintext, about: readonly string[]): Promise<PasswordPreview> {
    const { hasher, judge } = this.#deps
    const refusal = hasher.refusal(password)
    return refusal ? { score: 0, broken: [{ rule: refusal }] } : judge.preview(password, about)
  }

  async hash(password: Plaintext, signal?: AbortSignal): Promise<StoredPassword> {
    return { hash: await this.#deps.hasher.hash(password, signal), normalForm: 'nfc' }
  }

  /**
   * Is this the account's password? Without an account, or one without a password, nobody's password
   * is looked up and a decoy is verified, so that the answer takes as long (ASVS 5.0, 6.3.8).
   */
  async verify(
    owner: AccountId | undefined,
    password: Plaintext,
    signal?: AbortSignal,
  ): Promise<PasswordProof> {
    const { hasher, store } = this.#deps
    const stored = await store.find(owner ?? nobody)
    const { ok, needsRehash } = await hasher.verify(password, stored ?? this.#decoy, signal)
    const matches = owner !== undefined && stored !== undefined && ok
    return { matches, hash: stored?.hash, needsRehash: matches && needsRehash }
  }

  /**
   * Replaces the hash of a proven password by one of today's, in the background: the answer need not
   * wait for a second hash. Nothing is lost when it does not come to pass; the next sign-in tries again.
   */
  upgrade(owner: AccountId, password: Plaintext, { hash, needsRehash }: PasswordProof): void {
    if (!needsRehash || !hash) return
    const upgrade = this.#replace(owner, hash, password).catch((error: unknown) => {
      if (!(error instanceof OverloadedError)) this.#deps.report(error)
    })
    this.#upgrades.add(upgrade)
    void upgrade.finally(() => this.#upgrades.delete(upgrade))
  }

  /** The first password of an account. */
  give(owner: AccountId, password: StoredPassword, now: Instant): Promise<boolean> {
    return this.#deps.store.insert(owner, password, now)
  }

  /** Another password in place of the one that was verified; `false` when that is not there any more. */
  replace(
    owner: AccountId,
    old: PasswordHash,
    password: StoredPassword,
    now: Instant,
  ): Promise<boolean> {
    return this.#deps.store.replace(owner, old, password, now)
  }

  /**
   * A wrong one was tried. Is it the one with which the password alone stops being enough? Without an account nobody's
   * failures are counted, so that the answer takes as long.
   */
  async failed(owner: AccountId | undefined): Promise<'capped' | 'counted'> {
    const failures = await this.#deps.store.countFailure(owner ?? nobody, maxPasswordFailures)
    return failures === maxPasswordFailures ? 'capped' : 'counted'
  }

  /**
   * The right one was given: failures are counted anew. `false` where there were too many of them in a row for it to be
   * enough; not where something else proves the owner.
   */
  async succeeded(owner: AccountId, isProvedOtherwise: boolean): Promise<boolean> {
    const { store } = this.#deps
    if (!isProvedOtherwise) return store.forgetFailures(owner, maxPasswordFailures)
    await store.forgetFailures(owner, maxPasswordFailures + 1)
    return true
  }

  /** Were there too many failures in a row for the password alone? */
  async isCapped(owner: AccountId): Promise<boolean> {
    return (await this.failures(owner)) >= maxPasswordFailures
  }

  /** How many wrong ones there were in a row. */
  async failures(owner: AccountId): Promise<number> {
    return (await this.#deps.store.failures(owner)) ?? 0
  }

  /** When the password was chosen, or brought along; `undefined` where there is none. */
  changedAt(owner: AccountId): Promise<Instant | undefined> {
    return this.#deps.store.changedAt(owner)
  }

  /** Resolves when no upgrade is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#upgrades)
  }

  async #replace(owner: AccountId, old: PasswordHash, password: Plaintext): Promise<void> {
    await this.#deps.store.replace(owner, old, await this.hash(password))
  }
}

/** No id is empty. */
const nobody = '' as AccountId
