import type { Clock } from '../../kernel/clock.ts'
import { sha256 } from '../../kernel/digest.ts'
import type { KeyRing } from '../../kernel/key-ring.ts'
import { type Refused, refused } from '../../kernel/outcome.ts'
import { publicId, type Random } from '../../kernel/random.ts'
import type { Account, AccountId } from '../accounts/index.ts'
import type { Proof } from '../assurance/index.ts'
import { type Ceremony, newChallenge, readChallenge } from './challenge.ts'
import { readPasskeyName } from './name.ts'
import type { PasskeyOptions } from './options.ts'
import type { Passkey, PasskeyId } from './passkey.ts'
import type { PasskeyStore } from './store.ts'
import type { PasskeyVerifier } from './verifier.ts'

export interface PasskeysDependencies {
  readonly store: PasskeyStore
  readonly verifier: PasskeyVerifier
  readonly options: PasskeyOptions
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: Random
}

/** Whose passkey it will be: authenticators show the address and the name. */
export type PasskeyOwner = Pick<Account, 'id' | 'email' | 'fullName'>

/** More than anybody's devices; a bound for what one account can make us keep. */
export const maxPasskeys = 20

export interface Registered {
  readonly kind: 'registered'
  readonly passkey: Passkey
  /** A passkey that was just made has proved its owner's presence, or more. */
  readonly proof: Proof
}

/** `passkey_refused`: not made for us, for this, or in time; nobody is told which. */
export type RegistrationRefusal = 'passkey_refused' | 'passkey_known' | 'too_many_passkeys'

export interface NewPasskey {
  /** Whom the browser was asked by. */
  readonly boundTo: string
  readonly name: string
  /** Done once all is right, and before anything is added; `false` where nothing may be. */
  readonly first: () => Promise<boolean>
}

export interface Asserted {
  readonly passkey: Passkey
  readonly proof: Proof
}

/** Passkeys of accounts (WebAuthn Level 3). What proves something is decided elsewhere: see `assurance`. */
export class Passkeys {
  readonly #deps: PasskeysDependencies

  constructor(deps: PasskeysDependencies) {
    this.#deps = deps
  }

  /** What a browser needs to make one. */
  async creationOptions(owner: PasskeyOwner, boundTo: string): Promise<object> {
    const { store, options } = this.#deps
    const challenge = this.#challenge({ purpose: 'registration', boundTo })
    return options.toCreate({ challenge, owner, known: await store.list(owner.id) })
  }

  /** What a browser needs to ask for one: any, or one of this account. */
  async requestOptions(ceremony: Ceremony, owner?: AccountId): Promise<object> {
    const { store, options } = this.#deps
    const allowed = owner === undefined ? [] : await store.list(owner)
    return options.toGet({ challenge: this.#challenge(ceremony), allowed })
  }

  /** Adds what a browser has made. */
  async register(
    owner: AccountId,
    response: unknown,
    { boundTo, name, first }: NewPasskey,
  ): Promise<Registered | Refused<RegistrationRefusal>> {
    const { store, verifier, clock, random } = this.#deps
    const challenge = verifier.claimedRegistration(response)?.challenge
    const expiresAt = challenge && this.#expiryOf(challenge, { purpose: 'registration', boundTo })
    if (!challenge || !expiresAt) return refused('passkey_refused')
    const made = await verifier.verifyRegistration(response, challenge)
    if (!made) return refused('passkey_refused')
    if (!(await store.spendChallenge(sha256(challenge), expiresAt)))
      return refused('passkey_refused')

    if (await store.findByCredential(made.credentialId)) return refused('passkey_known')
    if ((await store.list(owner)).length >= maxPasskeys) return refused('too_many_passkeys')
    if (!(await first())) return refused('passkey_refused')

    const now = clock.now()
    const { userVerified, ...credential } = made
    const passkey: Passkey = {
      ...credential,
      id: publicId(random, 'pk') as PasskeyId,
      accountId: owner,
      name: readPasskeyName(name) ?? 'Passkey',
      createdAt: now,
      usedAt: undefined,
    }
    switch (await store.insert(passkey, maxPasskeys)) {
      case 'inserted':
        return { kind: 'registered', passkey, proof: this.#proofOf(passkey, userVerified) }
      case 'known':
        return refused('passkey_known')
      case 'full':
        return refused('too_many_passkeys')
    }
  }

  /** Whose passkey has answered; `undefined` for anything else, and for one of another account than `owner`. */
  async assert(
    response: unknown,
    ceremony: Ceremony,
    owner?: AccountId,
  ): Promise<Asserted | undefined> {
    const { store, verifier, clock } = this.#deps
    const claimed = verifier.claimedAssertion(response)
    const expiresAt = claimed && this.#expiryOf(claimed.challenge, ceremony)
    const passkey = expiresAt && (await store.findByCredential(claimed.credentialId))
    if (!passkey || !isOf(passkey, owner, claimed.userHandle)) return undefined

    const proved = await verifier.verifyAssertion(response, claimed.challenge, passkey)
    if (!proved) return undefined
    // Only what was signed spends: nobody else can use up a challenge.
    if (!(await store.spendChallenge(sha256(claimed.challenge), expiresAt))) return undefined
    const { counter, backedUp, userVerified } = proved
    if (!(await store.recordUse(passkey.id, counter, backedUp, clock.now()))) return undefined
    return { passkey, proof: this.#proofOf(passkey, userVerified) }
  }

  list(owner: AccountId): Promise<Passkey[]> {
    return this.#deps.store.list(owner)
  }

  async rename(
    owner: AccountId,
    id: PasskeyId,
    name: string,
  ): Promise<'renamed' | 'bad_name' | 'no_passkey'> {
    const read = readPasskeyName(name)
    if (read === undefined) return 'bad_name'
    return (await this.#deps.store.rename(owner, id, read)) ? 'renamed' : 'no_passkey'
  }

  /** @param keepsOne - Must the account's last second factor stay? */
  remove(owner: AccountId, id: PasskeyId, keepsOne: boolean): Promise<boolean> {
    return this.#deps.store.remove(owner, id, keepsOne)
  }

  /** Removes challenges that were spent and would be refused as expired, a batch at a time. */
  async sweep(): Promise<void> {
    const { store, clock } = this.#deps
    const batch = 500
    while ((await store.sweepChallenges(clock.now(), batch)) === batch);
  }

  #challenge(ceremony: Ceremony): string {
    return newChallenge(ceremony, this.#deps.clock.now(), this.#deps)
  }

  #expiryOf(challenge: string, ceremony: Ceremony) {
    const { clock, keys } = this.#deps
    return readChallenge(challenge, ceremony, clock.now(), keys)
  }

  #proofOf({ id }: Passkey, userVerified: boolean): Proof {
    const method = userVerified ? 'passkey' : 'passkey_presence'
    return { method, at: this.#deps.clock.now(), factor: id }
  }
}

/**
 * WebAuthn Level 3, 7.2, steps 5 and 6: whoever is known already answers with a passkey of theirs; of anybody else
 * the authenticator must say whose it is. Where it says so, it must be true.
 */
function isOf(
  { accountId }: Passkey,
  owner: AccountId | undefined,
  userHandle: string | undefined,
): boolean {
  if (owner !== undefined && accountId !== owner) return false
  return userHandle === undefined ? owner !== undefined : userHandle === accountId
}
