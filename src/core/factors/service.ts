import { type Clock, type Instant, plus } from '../../kernel/clock.ts'
import { ConfigurationError } from '../../kernel/errors.ts'
import type { KeyRing } from '../../kernel/key-ring.ts'
import { refused } from '../../kernel/outcome.ts'
import { publicId, type Random } from '../../kernel/random.ts'
import type { Opened, Sealing } from '../../kernel/sealing.ts'
import { Secret } from '../../kernel/secret.ts'
import type { Account, AccountId } from '../accounts/index.ts'
import { type HeldFactors, needsTwo } from '../assurance/index.ts'
import type { FactorId, TotpEnrolment, TotpFactor } from './factor.ts'
import { otpauthUri, typedSecret } from './otpauth.ts'
import type {
  CheckOutcome,
  ConfirmOptions,
  ConfirmOutcome,
  EnrolmentShown,
  RecoveryCodesOutcome,
  RecoveryOutcome,
} from './outcome.ts'
import { enrolmentLifetime, maxFailures } from './policy.ts'
import {
  hashesOfRecoveryCode,
  newRecoveryCodes,
  readRecoveryCode,
  writeRecoveryCode,
} from './recovery-code.ts'
import type { FactorStore } from './store.ts'
import { type Drift, matchingStep, newTotpSecret, readTotpCode, usualDrift } from './totp.ts'

export interface FactorsDependencies {
  readonly store: FactorStore
  /** For the purpose `totp secret`. */
  readonly sealing: Pick<Sealing, 'seal' | 'open'>
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: Random
  /** The name of this service, as apps will show it. */
  readonly issuer: string
  readonly drift?: Drift
}

/** Whose app it is, and what the app calls it. */
export type FactorOwner = Pick<Account, 'id' | 'email'>

const lost =
  'the secret of an authenticator app was sealed under another master key: put that one back, as SALLYPORT_SECRET ' +
  'or as master.key in the data folder, behind the new one if there is a new one'

/** Second factors of accounts: an authenticator app, and recovery codes for when it is lost. */
export class Factors {
  readonly #deps: FactorsDependencies

  constructor(deps: FactorsDependencies) {
    this.#deps = deps
  }

  /** Begins to set up an app, in place of an enrolment that was begun before. Nothing is needed to sign in yet. */
  async enrol(owner: FactorOwner): Promise<EnrolmentShown> {
    const { store, sealing, clock, random } = this.#deps
    const id = publicId(random, 'totp') as FactorId
    const secret = newTotpSecret(random)
    const now = clock.now()
    const enrolment: TotpEnrolment = {
      id,
      accountId: owner.id,
      sealed: sealing.seal(Buffer.from(secret).toString('base64url'), boundTo(owner.id, id)),
      createdAt: now,
      expiresAt: plus(now, enrolmentLifetime),
    }
    await store.startTotp(enrolment)
    return this.#shown(owner, enrolment, secret)
  }

  /**
   * The enrolment of this id, to be shown again: after a wrong code, or when the page was left. Only whoever began it
   * knows the id: another sign-in of the same account could be a thief's, who would keep a copy of the secret.
   */
  async enrolmentOf(owner: FactorOwner, id: FactorId): Promise<EnrolmentShown | undefined> {
    const { enrolment } = await this.#deps.store.findTotp(owner.id)
    if (enrolment?.id !== id || enrolment.expiresAt <= this.#deps.clock.now()) return undefined
    return this.#shown(owner, enrolment, this.#secretOf(enrolment))
  }

  /**
   * Puts an app to use by its first code, which is thereby spent. Wrong ones are not counted: whoever may enrol an
   * app has been shown its secret.
   */
  async confirm(
    owner: AccountId,
    id: FactorId,
    typed: unknown,
    { replace = false, first }: ConfirmOptions = {},
  ): Promise<ConfirmOutcome> {
    const { store, clock } = this.#deps
    const now = clock.now()
    const { confirmed, enrolment } = await store.findTotp(owner)
    if (enrolment?.id !== id) return refused('no_enrolment')
    if (enrolment.expiresAt <= now) return refused('expired')
    if (confirmed && !replace) return refused('already_confirmed')
    const step = this.#matchingStep(this.#secretOf(enrolment), typed)
    if (step === undefined) return refused('wrong_code')
    if (first && !(await first())) return refused('no_enrolment')
    // Where it is not, another request has confirmed this enrolment, or begun another one, a moment ago.
    const isConfirmed = await store.confirmTotp(owner, id, step, now, replace)
    return isConfirmed ? { kind: 'confirmed', at: now } : refused('no_enrolment')
  }

  /**
   * Is this a code of the account's app that was not used before? Codes that come in parallel count in the order in
   * which the store writes them: past {@link maxFailures} wrong ones a right one is refused too.
   */
  async check(owner: AccountId, typed: unknown): Promise<CheckOutcome> {
    const { store, clock } = this.#deps
    const { confirmed: factor } = await store.findTotp(owner)
    if (!factor) return refused('no_factor')
    if (factor.disabledAt !== undefined) return refused('disabled')

    const opened = this.#open(factor)
    const step = this.#matchingStep(secretIn(opened), typed)
    if (step === undefined) {
      const counted = await store.recordFailure(owner, factor.id, clock.now(), maxFailures)
      if (!counted) return refused('no_factor')
      const { failures } = counted
      return { ...refused('wrong_code'), failures, disables: failures === maxFailures }
    }
    // Before the step is spent: where it fails, the same code may be tried again.
    if (!opened.isCurrent) await this.#reseal(factor, opened.text)
    if (await store.spendStep(owner, factor.id, step)) {
      return { kind: 'accepted', factor: factor.id }
    }
    return this.#whyNotSpent(factor)
  }

  /** Spends a recovery code. It needs no limit of attempts: see `recovery-code.ts`. */
  async useRecoveryCode(owner: AccountId, typed: unknown): Promise<RecoveryOutcome> {
    const { store, keys, clock } = this.#deps
    const code = readRecoveryCode(typed)
    if (code === undefined) return refused('wrong_code')
    const candidates = hashesOfRecoveryCode(code, owner, keys)
    if (await store.spendRecoveryCode(owner, candidates, clock.now())) {
      return { kind: 'accepted', left: await store.countRecoveryCodes(owner) }
    }
    const isSpent = await store.isSpentRecoveryCode(owner, candidates)
    return refused(isSpent ? 'replayed' : 'wrong_code')
  }

  /** Ten new codes; all older ones are worthless from now on. */
  async makeRecoveryCodes(owner: AccountId): Promise<RecoveryCodesOutcome> {
    const { store, keys, clock, random } = this.#deps
    if (!needsTwo(await store.heldBy(owner))) return refused('no_factor')
    const codes = newRecoveryCodes(random)
    const hashes = codes.map((code) => hashesOfRecoveryCode(code, owner, keys)[0])
    await store.replaceRecoveryCodes(owner, hashes, clock.now())
    return { kind: 'made', codes: codes.map((code) => new Secret(writeRecoveryCode(code))) }
  }

  /**
   * Takes the app away. Recovery codes go with the last second factor.
   * @param keepsOne - Must the last second factor stay?
   */
  remove(owner: AccountId, keepsOne: boolean): Promise<boolean> {
    return this.#deps.store.removeTotp(owner, keepsOne)
  }

  /** The app, and when it was set up. */
  async app(owner: AccountId): Promise<TotpFactor | undefined> {
    return (await this.#deps.store.findTotp(owner)).confirmed
  }

  /** When the recovery codes were made; `undefined` where there are none. */
  recoveryCodesMadeAt(owner: AccountId): Promise<Instant | undefined> {
    return this.#deps.store.recoveryCodesMadeAt(owner)
  }

  /** Everything that the account could be asked for now. */
  heldBy(owner: AccountId): Promise<HeldFactors> {
    return this.#deps.store.heldBy(owner)
  }

  #shown({ email }: FactorOwner, { id, expiresAt }: TotpEnrolment, secret: Uint8Array) {
    const { issuer } = this.#deps
    const uri = new Secret(otpauthUri(secret, { issuer, account: email }))
    return { id, uri, typed: new Secret(typedSecret(secret)), expiresAt }
  }

  #matchingStep(secret: Uint8Array, typed: unknown): number | undefined {
    const { clock, drift = usualDrift } = this.#deps
    const code = readTotpCode(typed)
    return code && matchingStep(secret, code, clock.now(), drift)
  }

  #secretOf(enrolment: TotpEnrolment): Uint8Array {
    return secretIn(this.#open(enrolment))
  }

  #open({ accountId, id, sealed }: TotpEnrolment | TotpFactor): Opened {
    const opened = this.#deps.sealing.open(sealed, boundTo(accountId, id))
    if (!opened) throw new ConfigurationError([lost])
    return opened
  }

  /** Of parallel callers one writes; the others find it done. */
  async #reseal({ accountId, id, sealed }: TotpFactor, text: string): Promise<void> {
    const { store, sealing } = this.#deps
    await store.resealTotp(id, sealed, sealing.seal(text, boundTo(accountId, id)))
  }

  async #whyNotSpent({ accountId, id }: TotpFactor): Promise<CheckOutcome> {
    const { confirmed } = await this.#deps.store.findTotp(accountId)
    if (confirmed?.id !== id) return refused('no_factor')
    return refused(confirmed.disabledAt === undefined ? 'replayed' : 'disabled')
  }
}

/** Whoever can write to the database cannot give one account the app of another. */
function boundTo(owner: AccountId, id: FactorId): string {
  return `${owner}.${id}`
}

function secretIn({ text }: Opened): Uint8Array {
  return Buffer.from(text, 'base64url')
}
