export type { BreachedPasswords } from './breached.ts'
export { type CompositionRule, checkComposition } from './composition.ts'
export type { Estimate, GuessAdvice, GuessEstimator, GuessScore } from './estimate.ts'
export type { PasswordHasher, SchemeRule, Verification } from './hasher.ts'
export { PasswordJudge } from './judge.ts'
export type { PasswordHash, StoredPassword } from './password.ts'
export { type Plaintext, type PlaintextRule, readPlaintext } from './plaintext.ts'
export {
  type BrokenRule,
  maxPasswordFailures,
  minPasswordLength,
  type PasswordPolicy,
  passwordPolicies,
} from './policy.ts'
export { Passwords } from './service.ts'
export type { PasswordStore } from './store.ts'
