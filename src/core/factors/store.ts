import type { Instant } from '../../kernel/clock.ts'
import type { AccountId } from '../accounts/index.ts'
import type { HeldFactors } from '../assurance/index.ts'
import type { FactorId, TotpEnrolment, TotpOfAccount } from './factor.ts'
import type { RecoveryCodeHash } from './recovery-code.ts'

/** How often codes were wrong, and whether that was too often. */
export interface CountedFailure {
  readonly failures: number
  readonly isDisabled: boolean
}

/** Keeps second factors. Promises, proven for each store by `factorStoreContract`; all is durable when it returns: */
export interface FactorStore {
  /**
   * Adds an enrolment, in place of an earlier one of the account. A confirmed app stays as it is, and the caller is
   * told whether there is one.
   */
  startTotp(enrolment: TotpEnrolment): Promise<'alone' | 'beside_confirmed'>

  /** As it is now, expired enrolments too. */
  findTotp(owner: AccountId): Promise<TotpOfAccount>

  /**
   * Makes the account's app of an enrolment that has not expired, with `step` spent. Another app is replaced where
   * `replace` says so; otherwise nothing is done. Of any number of parallel callers one is told `true`.
   */
  confirmTotp(
    owner: AccountId,
    id: FactorId,
    step: number,
    now: Instant,
    replace: boolean,
  ): Promise<boolean>

  /**
   * Spends a step of the app, and all before it, and forgets wrong codes. Of any number of parallel callers one is
   * told `true`; nobody, once that step or a later one was spent, or the app is disabled.
   */
  spendStep(owner: AccountId, id: FactorId, step: number): Promise<boolean>

  /**
   * Counts a wrong code, and disables the app when there were `cap` of them in a row: no parallel caller is told a
   * count that another one was told. `undefined` when the account has no such app.
   */
  recordFailure(
    owner: AccountId,
    id: FactorId,
    now: Instant,
    cap: number,
  ): Promise<CountedFailure | undefined>

  /**
   * Removes the app and the enrolment of an account, and with its last second factor the recovery codes, all or
   * nothing. `false` when there is no app, or `keepsOne` and that is the last second factor: also of parallel
   * callers one is left.
   */
  removeTotp(owner: AccountId, keepsOne: boolean): Promise<boolean>

  /** Replaces the sealed secret of a confirmed app, if it is still `former`. */
  resealTotp(id: FactorId, former: string, sealed: string): Promise<boolean>

  /** Puts these codes in the place of all that the account had, all or nothing; of parallel callers one set is left, whole. */
  replaceRecoveryCodes(
    owner: AccountId,
    hashes: readonly RecoveryCodeHash[],
    now: Instant,
  ): Promise<void>

  /**
   * Spends the code that is stored as one of `candidates`. Of any number of parallel callers one is told `true`;
   * nobody, once it was spent or replaced.
   */
  spendRecoveryCode(
    owner: AccountId,
    candidates: readonly RecoveryCodeHash[],
    now: Instant,
  ): Promise<boolean>

  /** Is one of these a code of the account's present set that was spent? For the log alone. */
  isSpentRecoveryCode(owner: AccountId, candidates: readonly RecoveryCodeHash[]): Promise<boolean>

  /** When the present set was made; `undefined` where there is none. */
  recoveryCodesMadeAt(owner: AccountId): Promise<Instant | undefined>

  /** How many can still be spent. */
  countRecoveryCodes(owner: AccountId): Promise<number>

  /** What every sign-in asks after the password, in one look-up. Who does not exist holds nothing. */
  heldBy(owner: AccountId): Promise<HeldFactors>
}
