export type {
  AccountsApi,
  Auth,
  FactorInput,
  LoginInput,
  PasswordChangeInput,
  RegistrationInput,
  SessionsApi,
  TokensApi,
} from './api.ts'
export { createAuth } from './auth.ts'
export type { Account, AccountId } from './core/accounts/index.ts'
export type { OfferedProof, Proof } from './core/assurance/index.ts'
export type { LoginOutcome } from './core/flows/login/index.ts'
export type { PasswordChangeOutcome } from './core/flows/password-change/index.ts'
export type { RegistrationOutcome } from './core/flows/registration/index.ts'
export type { RefreshOutcome, TokenPair } from './core/flows/tokens/index.ts'
export type { BudgetName, Limited } from './core/limits/index.ts'
export type { PasswordPolicy } from './core/passwords/index.ts'
export type { Authenticated, Revocation, Session, SessionId } from './core/sessions/index.ts'
export type { Connection } from './http/app.ts'
export type { Log } from './http/context.ts'
export type { RequestLike } from './http/credentials.ts'
export {
  ConfigurationError,
  OverloadedError,
  SallyportError,
  StoreUnavailableError,
} from './kernel/errors.ts'
export { Secret } from './kernel/secret.ts'
export type { AuthOptions } from './options.ts'
