export type { PasswordHasher, SchemeRule, Verification } from './hasher.ts'
export type { PasswordHash, StoredPassword } from './password.ts'
export { type Plaintext, type PlaintextRule, readPlaintext } from './plaintext.ts'
export {
  minPasswordLength,
  type PasswordPolicy,
  type PolicyRule,
  passwordPolicies,
} from './policy.ts'
export { type PasswordProof, Passwords } from './service.ts'
export type { PasswordStore } from './store.ts'
