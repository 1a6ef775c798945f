export type {
  FactorId,
  TotpEnrolment,
  TotpFactor,
  TotpOfAccount,
} from './factor.ts'
export type { EnrolmentShown } from './outcome.ts'
export type { RecoveryCodeHash } from './recovery-code.ts'
export { Factors } from './service.ts'
export type { CountedFailure, FactorStore } from './store.ts'
