export type {
  DueFactors,
  FactorId,
  TotpEnrolment,
  TotpFactor,
  TotpOfAccount,
} from './factor.ts'
export type { RecoveryCodeHash } from './recovery-code.ts'
export type { CountedFailure, FactorStore } from './store.ts'
