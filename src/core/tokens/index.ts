export {
  type AccessTokenSubject,
  type AccessTokens,
  type Assurance,
  firstParty,
  type IssuedAccessToken,
  type RecognisedAccessToken,
} from './access-token.ts'
export type { FamilyId, RefreshFamily } from './family.ts'
export { judgeTurn, reuseTold } from './policy.ts'
export { readRefreshToken, type Turn, writeRefreshToken } from './refresh-token.ts'
export {
  forgettable,
  inOrder,
  isAccepted,
  maxAccessLifetime,
  nextKeyFrom,
  type SigningKeyState,
  signingKeyAt,
  statesOf,
} from './rotation.ts'
export { type SigningAlgorithm, type SigningKeyRecord, signingAlgorithms } from './signing-key.ts'
export type { SigningKeyStore } from './signing-key-store.ts'
export type { RefreshFamilyStore } from './store.ts'
