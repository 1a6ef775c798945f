export type { PasswordHasher } from './hasher.ts'
export type { PasswordHash } from './password.ts'
export { type Plaintext, type PlaintextRule, readPlaintext } from './plaintext.ts'
export {
  minPasswordLength,
  type PasswordPolicy,
  type PolicyRule,
  passwordPolicies,
} from './policy.ts'
export { Passwords } from './service.ts'
export type { PasswordStore } from './store.ts'
