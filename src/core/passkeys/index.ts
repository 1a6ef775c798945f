export type { Ceremony } from './challenge.ts'
export type { PasskeyOptions } from './options.ts'
export type { Passkey, PasskeyId } from './passkey.ts'
export { Passkeys, type RegistrationRefusal } from './service.ts'
export type { PasskeyStore } from './store.ts'
export type {
  ClaimedAssertion,
  KnownCredential,
  NewCredential,
  PasskeyVerifier,
  ProvedAssertion,
} from './verifier.ts'
