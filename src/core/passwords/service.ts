import type { AccountId } from '../accounts/index.ts'
import type { PasswordHasher } from './hasher.ts'
import type { PasswordHash } from './password.ts'
import type { Plaintext } from './plaintext.ts'
import { brokenRules, contextWords, type PasswordPolicy, type PolicyRule } from './policy.ts'
import type { PasswordStore } from './store.ts'

export interface PasswordDependencies {
  readonly hasher: PasswordHasher
  readonly store: PasswordStore
  readonly policy: PasswordPolicy
  /** Its words make weak passwords. */
  readonly serviceName: string
}

export class Passwords {
  readonly #deps: PasswordDependencies
  readonly #decoy: PasswordHash

  constructor(deps: PasswordDependencies) {
    this.#deps = deps
    this.#decoy = deps.hasher.decoy()
  }

  /** The rules that a new password breaks. `about` holds what is known of the person. */
  check(password: Plaintext, about: readonly string[]): PolicyRule[] {
    const { policy, serviceName } = this.#deps
    return brokenRules(policy, password, contextWords([serviceName, ...about]))
  }

  hash(password: Plaintext): Promise<PasswordHash> {
    return this.#deps.hasher.hash(password)
  }

  /**
   * Is this the account's password? Without an account, or one without a password, nobody's password
   * is looked up and a decoy is verified, so that the answer takes as long (ASVS 5.0, 6.3.8).
   */
  async verify(owner: AccountId | undefined, password: Plaintext): Promise<boolean> {
    const { hasher, store } = this.#deps
    const hash = await store.find(owner ?? nobody)
    const matches = await hasher.verify(password, hash ?? this.#decoy)
    return owner !== undefined && hash !== undefined && matches
  }
}

/** No id is empty. */
const nobody = '' as AccountId
