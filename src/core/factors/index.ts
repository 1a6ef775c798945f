export type {
  DueFactors,
  FactorId,
  TotpEnrolment,
  TotpFactor,
  TotpOfAccount,
} from './factor.ts'
export type {
  CheckOutcome,
  ConfirmOptions,
  ConfirmOutcome,
  EnrolmentShown,
  RecoveryCodesOutcome,
  RecoveryOutcome,
  RemoveOutcome,
  WrongCode,
} from './outcome.ts'
export { enrolmentLifetime, maxFailures } from './policy.ts'
export { type RecoveryCodeHash, recoveryCodeCount } from './recovery-code.ts'
export { type FactorOwner, Factors, type FactorsDependencies } from './service.ts'
export type { CountedFailure, FactorStore } from './store.ts'
export { type Drift, usualDrift } from './totp.ts'
