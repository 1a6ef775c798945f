export { type Algorithm, algorithms } from './algorithm.ts'
export type { ClaimExpectations, ClaimRefusal, Claims } from './claims.ts'
export { type KeyRefusal, TokenKeyError, TokenMisuseError } from './errors.ts'
export { generateKey } from './generate.ts'
export {
  exportJwk,
  exportPrivateJwk,
  importJwk,
  type JsonWebKey,
  type PublicJwk,
  thumbprint,
} from './jwk.ts'
export { createJwks, importJwks, type Jwks } from './jwks.ts'
export type { KeyOptions, TokenKey } from './key.ts'
export { createTokens, type TokenPair, type Tokens, type TokensOptions } from './pair.ts'
export { exportPem, exportPrivatePem, importPem, importSecret } from './pem.ts'
export { type SigningOptions, signToken } from './sign.ts'
export type { TokenClock } from './time.ts'
export {
  type Expectations,
  type RefusedToken,
  type TokenRefusal,
  type VerifiedToken,
  verifyToken,
} from './verify.ts'
